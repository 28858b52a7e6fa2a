import Foundation
import WatchmanCore
import WatchmanStore

/// What becomes of a job when it is looked at.
enum JobVerdict: Hashable, Sendable {
    /// Its moment is still to come.
    case wait(Date)
    /// It runs now.
    case run(JobRunSummary.Cause)
    /// Its moment passed while the server was not there, and is let pass.
    case skip(Date)
    /// Its moment is too far away: a clock that was wrong had planned it.
    case replan
}

extension Job {
    /// A run that begins this much late counts as one in time: a restart of the server takes seconds.
    static let grace: TimeInterval = 60
    /// When the clock is set back by less than this, nothing runs a second time. cron(8) has the same limit.
    static let repeated: TimeInterval = 3 * 3600

    /// What becomes of the job at `now`, or nil if it has no next moment.
    ///
    /// However far the clock has jumped, one moment is judged, and the next is planned from `now`.
    ///
    /// - Throws: `WatchmanError` (`invalid`) if its schedule or time zone cannot be read.
    func verdict(now: Date) throws -> JobVerdict? {
        guard !self.isPaused, let due = self.nextRunAt else { return nil }
        let delay = now.timeIntervalSince(due)
        if delay >= Self.grace { return self.missed == .run ? .run(.missed) : .skip(due) }
        if delay >= 0 { return .run(.schedule) }
        let latest = try self.moment(after: now + Self.repeated) + TimeInterval(self.jitter)
        return due > latest ? .replan : .wait(due)
    }
}
