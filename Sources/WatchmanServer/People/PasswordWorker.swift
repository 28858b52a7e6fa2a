import Dispatch
import Synchronization
import WatchmanCore

/// Hashes and checks passwords one after the other, away from the threads that answer requests: each takes 64 MiB and a core for 100 ms.
final class PasswordWorker: Sendable {
    /// Those who may wait their turn; more would wait so long that they had better try again.
    private static let waitingLimit = 32
    private let queue = DispatchQueue(label: "watchman.passwords")
    private let waiting = Mutex(0)
    private let cost: Int
    /// Checked for names that nobody has, so that the answer takes as long.
    private let nobody: PasswordHash

    init(cost: Int = PasswordHash.standardCost) throws {
        self.cost = cost
        self.nobody = try PasswordHash(Secret(RandomText.identifier(26)), cost: cost)
    }

    /// Hashes a new password.
    ///
    /// - Throws: `WatchmanError` (`unavailable`) if too many wait already.
    func hash(_ password: Secret) async throws -> PasswordHash {
        try await self.work { try PasswordHash(password, cost: self.cost) }
    }

    /// Whether the hash is of this password; without a hash it is not.
    ///
    /// - Throws: `WatchmanError` (`unavailable`) if too many wait already.
    func accepts(_ password: Secret, _ hash: PasswordHash?) async throws -> Bool {
        let isRight = try await self.work { (hash ?? self.nobody).accepts(password) }
        return isRight && hash != nil
    }

    private func work<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        let isAccepted = self.waiting.withLock { waiting in
            guard waiting < Self.waitingLimit else { return false }
            waiting += 1
            return true
        }
        guard isAccepted else { throw WatchmanError(.unavailable, "too many people sign in at this moment: try again") }
        defer { self.waiting.withLock { $0 -= 1 } }
        return try await withCheckedThrowingContinuation { continuation in
            self.queue.async { continuation.resume(with: Result { try body() }) }
        }
    }
}
