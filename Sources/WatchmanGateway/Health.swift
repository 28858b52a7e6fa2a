public import ServiceLifecycle
import Synchronization
import WatchmanSystem

/// Whether the device's sshd answers at the end of each tunnel.
public final class Health: Service {
    /// Seconds until an sshd that says nothing is called silent: a satellite has a round trip of one or two.
    private static let patience = 5
    private let presence: Presence
    private let schedule = Mutex(HealthSchedule())
    private let onAnswers: @Sendable (_ answering: Set<Int>, _ silent: Set<Int>) async -> Void

    /// Asks the tunnels that `presence` sees, and tells which answered and which did not.
    public init(
        presence: Presence, onAnswers: @escaping @Sendable (_ answering: Set<Int>, _ silent: Set<Int>) async -> Void
    ) {
        self.presence = presence
        self.onAnswers = onAnswers
    }

    /// Asks until asked to stop.
    public func run() async throws {
        await Repeating.every(.milliseconds(250)) { await self.look() }
    }

    /// Asks those that are due.
    func look() async {
        let due = self.schedule.withLock { $0.due(self.presence.sockets, at: .now) }
        guard !due.isEmpty else { return }
        let answering = await BannerProbe.answering(due, within: Self.patience)
        self.schedule.withLock { schedule in
            for port in due { schedule.take(port, answers: answering.contains(port), at: .now) }
        }
        await self.onAnswers(answering, Set(due).subtracting(answering))
    }
}
