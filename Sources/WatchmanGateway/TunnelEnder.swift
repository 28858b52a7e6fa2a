import Glibc
public import WatchmanSystem

/// Ends tunnels, and admins' connections through the gateway.
public enum TunnelEnder {
    /// sshd's process names; from OpenSSH 9.8 on a connection is served by `sshd-session`.
    static let names: Set<String> = ["sshd", "sshd-session"]

    /// Ends the connection that holds a device port open, if one does; the port is free within some 10 ms.
    public static func end(port: Int) {
        guard let owner = SocketTable.read().owner(of: port, among: Self.names) else { return }
        Processes.signal(owner, SIGTERM)
    }

    /// Ends the connection that comes from `peer`: its monitor and the process that serves it. By its socket, because sshd's log
    /// names no process.
    public static func end(_ peer: TCPPeers.Endpoint, of peers: TCPPeers) {
        for process in peers.holders(of: peer, among: Self.names) { Processes.signal(process, SIGTERM) }
    }
}
