import WatchmanSystem

/// Finds how often ssh must ask the gateway, so that no NAT on the way forgets the connection in between.
///
/// A profile's interval suits most networks. Where connections break again and again after a few of ssh's questions, and new ones can be
/// had, something forgets them: then ssh asks twice as often.
struct AliveRhythm: Sendable {
    /// Seconds between questions at the least.
    static let floor = 5
    /// So many connections in a row that did not last are no accident.
    private static let accidents = 2
    private var breaks = 0
    private var interval: Int?

    /// The timing with what was learned.
    func apply(to timing: TunnelTiming) -> TunnelTiming {
        var timing = timing
        timing.aliveInterval = min(timing.aliveInterval, self.interval ?? timing.aliveInterval)
        return timing
    }

    /// Takes note of how a tunnel with this timing ended, after what time.
    ///
    /// - Returns: the new interval in seconds, if there is one.
    mutating func note(_ end: SSHProblem, life: Duration, _ timing: TunnelTiming) -> Int? {
        // It asks once, and then waits for as many answers as it may miss; one more for slow networks.
        let isShort = life < .seconds(timing.aliveInterval * (timing.aliveCount + 2) + timing.connectTimeout)
        guard end.isForgotten, isShort, life >= .seconds(timing.aliveInterval) else {
            if end.isForgotten || !isShort { self.breaks = 0 }
            return nil
        }
        self.breaks += 1
        guard self.breaks == Self.accidents, timing.aliveInterval > Self.floor else { return nil }
        self.breaks = 0
        let interval = max(Self.floor, timing.aliveInterval / 2)
        self.interval = interval
        return interval
    }
}
