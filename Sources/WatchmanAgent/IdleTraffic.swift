import Glibc
import WatchmanSystem

/// What a device costs while nobody uses its tunnel.
///
/// Between two check-ins the bytes of its connections are counted. The time in which an admin was in tells nothing of it: the median of
/// the last day's spans, or of the last 25, is taken.
struct IdleTraffic: Sendable {
    private static let most = 25
    private static let least = 2
    private var last: (at: ContinuousClock.Instant, counters: [UInt64: Int64])?
    /// Bytes per second of each span, the latest last.
    private var rates: [Double] = []

    /// Takes the counters of all connections, by their sockets.
    mutating func note(_ counters: [UInt64: Int64], at now: ContinuousClock.Instant = .now) {
        defer { self.last = (now, counters) }
        guard let last, now > last.at else { return }
        // What a connection that ended had cost since the last look is lost: little, since calls are counted right after their answer.
        let bytes = counters.reduce(0) { $0 + max(0, $1.value - (last.counters[$1.key] ?? 0)) }
        self.rates.append(Double(bytes) / (now - last.at).seconds)
        if self.rates.count > Self.most { self.rates.removeFirst() }
    }

    /// Bytes a day, or nil until there is something to tell.
    var perDay: Int64? {
        guard self.rates.count >= Self.least else { return nil }
        return Int64(self.rates.sorted()[self.rates.count / 2] * 86400)
    }
}

extension TunnelProcesses {
    /// The bytes that passed over the tunnel's connection and this process's own, by their sockets.
    func traffic() -> [UInt64: Int64] {
        let activity = TCPActivity.read()
        let own = Set(Processes.sockets(of: getpid()))
        let tunnel = self.connection()
        return activity.filter { inode, connection in
            own.contains(inode)
                || (connection.localPort == tunnel?.local.port && connection.remotePort == tunnel?.remote.port)
        }.mapValues(\.bytes)
    }
}

extension Duration {
    fileprivate var seconds: Double { self / .seconds(1) }
}
