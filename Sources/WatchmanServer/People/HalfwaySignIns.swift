import Foundation
import Synchronization
import WatchmanCore
import WatchmanStore

/// Browsers in which the password was right and the code is yet to come. They are forgotten with the server.
final class HalfwaySignIns: Sendable {
    private struct Halfway {
        let user: User
        let endsAt: Date
        var tries = 0
    }

    /// Seconds that someone may take to find their phone.
    static let lifetime: TimeInterval = 300
    /// Codes that may be tried before the password is asked for again.
    static let tries = 5
    private static let limit = 10_000
    private let all = Mutex<[Data: Halfway]>([:])

    /// Remembers a person who gave the right password.
    ///
    /// - Returns: what the browser shows for it.
    func begin(_ user: User, now: Date) -> Secret {
        let token = Secret(RandomText.identifier(40))
        self.all.withLock { all in
            if all.count >= Self.limit { all = all.filter { $0.value.endsAt > now } }
            if all.count >= Self.limit { all.removeAll() }
            all[Credential.hash(token)] = Halfway(user: user, endsAt: now + Self.lifetime)
        }
        return token
    }

    /// The person who may try a code now; the try counts whatever becomes of it.
    func take(_ token: Secret, now: Date) -> User? {
        let hash = Credential.hash(token)
        return self.all.withLock { all in
            guard let halfway = all[hash], halfway.endsAt > now, halfway.tries < Self.tries else {
                all[hash] = nil
                return nil
            }
            all[hash]?.tries += 1
            return halfway.user
        }
    }

    /// Whether a code can be tried.
    func isOpen(_ token: Secret, now: Date) -> Bool {
        self.all.withLock { all in
            all[Credential.hash(token)].map { $0.endsAt > now && $0.tries < Self.tries } ?? false
        }
    }

    /// Forgets one that came to its end.
    func end(_ token: Secret) {
        self.all.withLock { all in _ = all.removeValue(forKey: Credential.hash(token)) }
    }
}
