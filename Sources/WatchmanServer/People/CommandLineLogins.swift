import Foundation
import Synchronization
import WatchmanCore

/// Logins of the command line that a person has just approved in a browser: each waits a minute for its code to be redeemed (RFC 8252).
final class CommandLineLogins: Sendable {
    /// What was approved.
    struct Approval: Sendable {
        /// Who did.
        let person: Person
        /// The machine that asked, by its own account.
        let machine: String
        /// The hash of what only the program that asked knows (RFC 7636, S256).
        let challenge: Data
    }

    /// Seconds that a code can be redeemed.
    static let patience: TimeInterval = 60
    /// Approvals that may wait; only people who are signed in make any.
    private static let limit = 1000
    /// Seconds that the keys live.
    let keyLifetime: Int
    private let waiting = Mutex<[Data: (approval: Approval, endsAt: Date)]>([:])

    init(keyLifetime: Int = 12 * 3600) { self.keyLifetime = keyLifetime }

    /// Notes an approval.
    ///
    /// - Returns: the code that redeems it, once.
    /// - Throws: `WatchmanError` (`unavailable`) if too many wait.
    func approve(_ approval: Approval, now: Date) throws -> Secret {
        // 200 bits.
        let code = Secret(RandomText.identifier(40))
        try self.waiting.withLock { waiting in
            waiting = waiting.filter { $0.value.endsAt > now }
            guard waiting.count < Self.limit else {
                throw WatchmanError(.unavailable, "too many logins wait at this moment: try again")
            }
            waiting[Credential.hash(code)] = (approval, now + Self.patience)
        }
        return code
    }

    /// Uses a code up, whether or not the verifier is the right one.
    ///
    /// - Throws: `WatchmanError` (`unauthenticated`), the same whatever is wrong.
    func redeem(_ code: Secret, verifier: Secret, now: Date) throws -> Approval {
        let found = self.waiting.withLock { $0.removeValue(forKey: Credential.hash(code)) }
        guard let found, found.endsAt > now, Credential.hash(verifier) == found.approval.challenge else {
            throw WatchmanError(
                .unauthenticated, "this code was used, has ended or never was", hint: "watchman admin login --browser")
        }
        return found.approval
    }
}
