public import Foundation
public import GRDB
public import WatchmanCore

/// One run of a job.
public struct JobRun: Codable, Hashable, Sendable, FetchableRecord {
    /// Counts the runs of all jobs.
    public var id: Int64
    /// Its job.
    public var jobID: String
    /// Why it ran.
    public var cause: JobRunSummary.Cause
    /// Who asked for it: a person, or `job:NAME`.
    public var actor: String
    /// What became of it.
    public var state: JobRunSummary.State
    /// The same in words.
    public var summaryText: String
    /// When it began.
    public var startedAt: Date
    /// When it ended, or nil while it goes on.
    public var endedAt: Date?

    private enum CodingKeys: String, CodingKey {
        case id, jobID, cause, actor, state, startedAt, endedAt
        case summaryText = "summary"
    }

    /// The row people see.
    public var summary: JobRunSummary {
        JobRunSummary(
            id: self.id, cause: self.cause, actor: self.actor, state: self.state, summary: self.summaryText,
            startedAt: self.startedAt, endedAt: self.endedAt)
    }
}
