import Foundation
import Synchronization

/// Slows guessing down: every failure of a name from one address doubles its wait, from the fourth on. Many failures of a name from
/// everywhere cost a short wait each, which never grows, so that nobody can shut another person out.
final class SignInThrottle: Sendable {
    private struct Count {
        var failures = 0
        var openAt = Date.distantPast
    }

    private static let longestWait: TimeInterval = 60
    private static let everywhere = "*"
    /// Names and addresses remembered; beyond that the ones whose wait is over are forgotten.
    private static let limit = 10_000
    private let counts = Mutex<[[String]: Count]>([:])

    /// Seconds to wait before the next try, or nil.
    func wait(_ name: String, from source: String, now: Date) -> Int? {
        self.counts.withLock { counts in
            let open = Self.keys(name, source).compactMap { counts[$0]?.openAt }.max() ?? .distantPast
            // A clock that was set back must not make a wait longer.
            let seconds = min(open.timeIntervalSince(now), Self.longestWait)
            return seconds > 0 ? Int(seconds.rounded(.up)) : nil
        }
    }

    /// Notes a wrong name or password.
    func failed(_ name: String, from source: String, now: Date) {
        self.counts.withLock { counts in
            if counts.count > Self.limit { counts = counts.filter { $0.value.openAt > now } }
            for key in Self.keys(name, source) {
                counts[key, default: Count()].failures += 1
                let failures = counts[key]?.failures ?? 0
                counts[key]?.openAt = now + Self.seconds(failures, isEverywhere: key[1] == Self.everywhere)
            }
        }
    }

    /// Forgets the failures of a person who knew the password.
    func succeeded(_ name: String, from source: String) {
        self.counts.withLock { counts in _ = counts.removeValue(forKey: [name, source]) }
    }

    private static func keys(_ name: String, _ source: String) -> [[String]] {
        [[name, source], [name, self.everywhere]]
    }

    private static func seconds(_ failures: Int, isEverywhere: Bool) -> TimeInterval {
        if isEverywhere { return failures > 20 ? 2 : 0 }
        return failures > 3 ? min(pow(2, Double(failures - 4)), self.longestWait) : 0
    }
}
