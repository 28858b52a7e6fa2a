import Glibc
import WatchmanSystem

/// Ends tunnels.
public enum TunnelEnder {
    /// sshd's process names; from OpenSSH 9.8 on a connection is served by `sshd-session`.
    static let names: Set<String> = ["sshd", "sshd-session"]

    /// Ends the connection that holds a device port open, if one does; the port is free within some 10 ms.
    public static func end(port: Int) {
        guard let owner = SocketTable.read().owner(of: port, among: Self.names) else { return }
        Processes.signal(owner, SIGTERM)
    }
}
