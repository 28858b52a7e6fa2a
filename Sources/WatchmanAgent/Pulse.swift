import Synchronization

/// When each of the agent's loops was last seen at work. systemd starts an agent anew whose loops hang.
final class Pulse: Sendable {
    /// A loop.
    enum Loop: CaseIterable, Sendable { case checkIn, network }

    /// A call to the server, a new root password or slow programs may take their time.
    private static let patience: Duration = .seconds(300)
    private let beats = Mutex<[Loop: ContinuousClock.Instant]>([:])
    private let start = ContinuousClock.now

    func beat(_ loop: Loop) { self.beats.withLock { $0[loop] = .now } }

    /// Whether all of them were seen lately.
    func isAlive(at now: ContinuousClock.Instant = .now) -> Bool {
        let beats = self.beats.withLock(\.self)
        return Loop.allCases.allSatisfy { now - (beats[$0] ?? self.start) < Self.patience }
    }
}
