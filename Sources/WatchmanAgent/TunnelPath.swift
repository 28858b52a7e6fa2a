import WatchmanCore
import WatchmanSystem

/// What is known of the tunnel's way to the gateway at one moment, and what follows from it.
struct TunnelPath: Sendable {
    /// What may have changed.
    enum Change: Hashable, Sendable {
        /// Links, addresses or routes.
        case network
        /// The name servers.
        case names
        /// The machine slept.
        case slept(Duration)
        /// Nothing: a second has passed.
        case time
    }

    /// What to do about the tunnel.
    enum Verdict: Hashable, Sendable {
        /// Nothing.
        case keep
        /// Make it anew at once, for this reason.
        case renew(String)
        /// Make it anew if the gateway can be reached, for this reason.
        case renewIfReachable(String)
    }

    /// A sleep after which the gateway has given the connection up.
    private static let longSleep: Duration = .seconds(15)
    /// ssh's connection to the gateway or to its proxy; nil while the tunnel is down.
    var connection: TCPConnection?
    /// Whether the machine still has the address of its end.
    var hasAddress = true
    /// Where a packet to the other end would come from; nil if there is no route.
    var source: [UInt8]?
    /// What was the matter when the tunnel was last down.
    var problem: TunnelProblem?

    func verdict(_ change: Change) -> Verdict {
        guard let connection else { return self.verdictOnNothing(change) }
        switch change {
        case .names: return .keep
        case .slept(let time) where time >= Self.longSleep: return .renew("the machine slept")
        case .network, .slept:
            if !self.hasAddress { return .renew("the address that the tunnel came from is gone") }
            if self.isElsewhere(connection) { return .renew("the way to the gateway goes through another network") }
            return .keep
        case .time: return Self.verdict(onSilenceOf: connection)
        }
    }

    /// The tunnel is down, and the agent waits, or ssh looks a name up.
    private func verdictOnNothing(_ change: Change) -> Verdict {
        guard change != .time, self.problem?.isRefusal != true else { return .keep }
        return .renew("the network changed")
    }

    /// Whether what is sent now would come from another address. Machines change their IPv6 addresses within one network all day.
    private func isElsewhere(_ connection: TCPConnection) -> Bool {
        guard let source, source != connection.local.address else { return false }
        return connection.local.isVersion4 || !source.prefix(8).elementsEqual(connection.local.address.prefix(8))
    }

    /// The kernel doubles the time between its attempts to get through, and so may sleep on for long when the way is free again.
    private static func verdict(onSilenceOf connection: TCPConnection) -> Verdict {
        guard connection.retransmits >= 4, connection.nextRetransmit >= .seconds(3) else { return .keep }
        return .renewIfReachable("the gateway answers again, but not on the old connection")
    }
}
