/// When each tunnel is to be asked whether the device's sshd answers.
///
/// Soon after it came up; again and again while it is silent, less and less often; rarely while it answers, because every question costs
/// a device on a metered line some 200 bytes.
struct HealthSchedule {
    private struct Tunnel {
        /// The listening socket: another connection is another tunnel.
        var inode: UInt64
        var dueAt: ContinuousClock.Instant
        /// What passes until it is asked again while it is silent.
        var pause: Duration
    }

    private static let first: Duration = .milliseconds(300)
    private static let longest: Duration = .seconds(60)
    private static let rest: Duration = .seconds(1800)
    /// Asked at a time, so that a fleet that comes back is not asked all at once.
    private static let limit = 50
    private var tunnels: [Int: Tunnel] = [:]

    /// The ports to ask now, the longest due first, of those that are open with these sockets.
    mutating func due(_ sockets: [Int: UInt64], at now: ContinuousClock.Instant) -> [Int] {
        self.tunnels = self.tunnels.filter { sockets[$0.key] == $0.value.inode }
        for (port, inode) in sockets where self.tunnels[port] == nil {
            self.tunnels[port] = Tunnel(inode: inode, dueAt: now + Self.first, pause: .seconds(1))
        }
        let due = self.tunnels.filter { $0.value.dueAt <= now }.sorted { $0.value.dueAt < $1.value.dueAt }
        return due.prefix(Self.limit).map(\.key)
    }

    /// Takes what became of a question.
    mutating func take(_ port: Int, answers: Bool, at now: ContinuousClock.Instant) {
        guard var tunnel = self.tunnels[port] else { return }
        tunnel.dueAt = now + (answers ? Self.rest : tunnel.pause)
        tunnel.pause = answers ? .seconds(1) : min(tunnel.pause * 2, Self.longest)
        self.tunnels[port] = tunnel
    }
}
