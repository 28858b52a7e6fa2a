import Glibc
import WatchmanSystem

/// Over which connection each tunnel comes in.
struct TunnelConnections {
    private struct Tunnel {
        /// The listening socket: another connection has another one.
        var listener: UInt64
        var holder: pid_t
        var connection: UInt64
    }

    /// A tunnel whose device was not heard of.
    struct Silent {
        var listener: UInt64
        var holder: pid_t
        var silence: Duration
    }

    private var tunnels: [Int: Tunnel] = [:]

    /// Finds the connections of tunnels that were not there before, among these, and forgets those that are gone.
    mutating func settle(_ sockets: [Int: UInt64], _ activity: [UInt64: TCPActivity], _ table: TunnelTable) {
        self.tunnels = self.tunnels.filter { sockets[$0.key] == $0.value.listener }
        for (port, listener) in sockets where self.tunnels[port] == nil {
            guard let holder = table.holder(of: port, listener),
                let connection = Processes.sockets(of: holder).first(where: { activity[$0] != nil })
            else { continue }
            self.tunnels[port] = Tunnel(listener: listener, holder: holder, connection: connection)
        }
    }

    /// Those that were silent for longer than this, by their ports.
    func silent(_ activity: [UInt64: TCPActivity], longerThan patience: Duration) -> [Int: Silent] {
        self.tunnels.compactMapValues { tunnel in
            guard let silence = activity[tunnel.connection]?.silence, silence > patience else { return nil }
            return Silent(listener: tunnel.listener, holder: tunnel.holder, silence: silence)
        }
    }
}
