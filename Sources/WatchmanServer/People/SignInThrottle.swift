import Foundation
import Synchronization
import WatchmanCore

/// Slows guessing down: every failure of a name from one address doubles its wait, from the fourth on. Many failures of a name from
/// everywhere cost all but newcomers a short wait each, which never grows, so that nobody can shut another person out.
final class SignInThrottle: Sendable {
    /// What is guessed. Each counts by itself, so that knowing the one does not set the failures with the other back.
    enum Step: String {
        case password
        /// There are only a million codes, and only who has the password comes so far: waits are longer.
        case code
    }

    private struct Count {
        var failures = 0
        var openAt = Date.distantPast
    }

    private static let longestWait: TimeInterval = 60
    private static let everywhere = "*"
    /// Names and addresses remembered; beyond that the ones whose wait is over are forgotten.
    private static let limit = 10_000
    private let counts = Mutex<[[String]: Count]>([:])

    /// Takes a try: it counts as a failure until `succeeded`, so that of many at once no more get through than one after the other.
    ///
    /// - Returns: seconds to wait before the next try, or nil if this one may go on.
    func take(_ name: String, from source: String, at step: Step, now: Date) -> Int? {
        self.counts.withLock { counts in
            let keys = Self.keys(name, source, step)
            // Who tries a password for the first time from an address never waits for what others do.
            let counting = step == .password && counts[keys[0]] == nil ? [] : keys
            let open = counting.compactMap { counts[$0]?.openAt }.max() ?? .distantPast
            // A clock that was set back must not make a wait longer.
            let seconds = min(open.timeIntervalSince(now), Self.longestWait)
            if seconds > 0 { return Int(seconds.rounded(.up)) }
            if counts.count > Self.limit { counts = counts.filter { $0.value.openAt > now } }
            for key in keys {
                let failures = (counts[key]?.failures ?? 0) + 1
                let wait = Self.seconds(failures, step, isEverywhere: key[1] == Self.everywhere)
                counts[key] = Count(failures: failures, openAt: now + wait)
            }
            return nil
        }
    }

    /// Forgets the failures of a person who knew better; of those from elsewhere, only this try.
    func succeeded(_ name: String, from source: String, at step: Step) {
        self.counts.withLock { counts in
            let keys = Self.keys(name, source, step)
            counts[keys[0]] = nil
            if let count = counts[keys[1]] { counts[keys[1]] = Count(failures: count.failures - 1) }
        }
    }

    /// Texts that cannot be names are one name: nobody escapes the wait by spelling one in another way.
    private static func keys(_ name: String, _ source: String, _ step: Step) -> [[String]] {
        let name = UserName.isValid(name) ? name : ""
        return [[name, source, step.rawValue], [name, self.everywhere, step.rawValue]]
    }

    private static func seconds(_ failures: Int, _ step: Step, isEverywhere: Bool) -> TimeInterval {
        guard isEverywhere else { return failures > 3 ? min(pow(2, Double(failures - 4)), self.longestWait) : 0 }
        return switch step {
        case .password: failures > 20 ? 2 : 0
        case .code: failures > 10 ? 10 : 0
        }
    }
}
