import WatchmanCore
import WatchmanSystem

/// When the next check-in is due, by how the last ones went.
struct CheckInRhythm: Sendable {
    /// Until the first answer names another interval, and while the tunnel is coming up.
    static let eager: Duration = .seconds(2)
    /// So many answers in a row that the tunnel is not up are worth such haste.
    private static let eagerAnswers = (usual: 30, sparing: 5)
    /// Calls in a row without an answer.
    private(set) var failures = 0
    /// Answers in a row that the gateway does not hold the device's port open.
    private(set) var denials = 0
    /// The tunnel's connection that was there since the first of them.
    private var denied: (connection: TCPPeers.Endpoint, since: ContinuousClock.Instant)?

    /// Takes note of an answer, or that there was none.
    mutating func note(_ answer: CheckInResponse?) {
        self.failures = answer == nil ? self.failures + 1 : 0
        if let answer { self.denials = answer.tunnelIsUp ? 0 : self.denials + 1 }
    }

    /// Whether ssh believes in a connection that is none: the gateway has said for longer than a login takes that the port is not held
    /// open, and all the while the connection was this one.
    mutating func isDenied(_ connection: TCPPeers.Endpoint?, patience: Duration, now: ContinuousClock.Instant) -> Bool {
        guard self.denials > 0, let connection else {
            self.denied = nil
            return false
        }
        guard let denied, denied.connection == connection else {
            self.denied = (connection, now)
            return false
        }
        return self.denials > 1 && now - denied.since >= patience
    }

    /// The server's interval once all is well; soon again while the tunnel comes up; up to a minute, spread out, while the server is away.
    func pause(_ answer: CheckInResponse?, _ profile: NetworkProfile = .wired) -> Duration {
        guard let answer else {
            let ceiling = min(60, 2 << min(self.failures, 5))
            return .milliseconds(Int.random(in: 500 * ceiling...1000 * ceiling))
        }
        let eagerAnswers = profile.isSparing ? Self.eagerAnswers.sparing : Self.eagerAnswers.usual
        if !answer.tunnelIsUp && self.denials <= eagerAnswers { return Self.eager }
        return .seconds(max(profile.checkInInterval(tunnelIsUp: answer.tunnelIsUp), min(answer.interval, 3600)))
    }
}
