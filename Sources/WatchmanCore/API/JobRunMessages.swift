public import Foundation

/// One run of a job.
public struct JobRunSummary: Codable, Hashable, Sendable {
    /// Why a job ran.
    public enum Cause: String, Codable, Sendable, CaseIterable {
        /// Its time had come.
        case schedule
        /// Its time had passed while the server was not there.
        case missed
        /// Someone asked for it.
        case manual
    }

    /// What became of a run.
    public enum State: String, Codable, Sendable, CaseIterable {
        /// It goes on.
        case running
        /// All of it went well.
        case succeeded
        /// Some of it did not.
        case failed
        /// It took too long and was ended.
        case timedOut = "timed-out"
        /// The server ended before it did.
        case interrupted
        /// It did not begin.
        case skipped
    }

    /// Counts the runs of all jobs.
    public var id: Int64
    /// Why it ran.
    public var cause: Cause
    /// Who asked for it: a person, or `job:NAME`.
    public var actor: String
    /// What became of it.
    public var state: State
    /// The same in words.
    public var summary: String
    /// When it began.
    public var startedAt: Date
    /// When it ended, or nil while it goes on.
    public var endedAt: Date?

    /// Creates a run.
    public init(
        id: Int64, cause: Cause, actor: String, state: State, summary: String, startedAt: Date, endedAt: Date?
    ) {
        self.id = id
        self.cause = cause
        self.actor = actor
        self.state = state
        self.summary = summary
        self.startedAt = startedAt
        self.endedAt = endedAt
    }
}

/// `GET /api/v1/jobs/NAME/runs`: the history, page by page.
public struct JobRunList: Codable, Sendable {
    /// Runs on a page, unless fewer are asked for, and at most.
    public static let pageSizes = (usual: 20, most: 100)

    /// The rows, newest first.
    public var runs: [JobRunSummary]
    /// The next page is what `?after=` this gives, or nil at the end.
    public var next: Int64?

    /// Creates a page.
    public init(runs: [JobRunSummary], next: Int64?) {
        self.runs = runs
        self.next = next
    }
}

/// What a run printed on one device, or on the server.
public struct JobOutput: Codable, Hashable, Sendable {
    /// The device's id, or `server`.
    public var target: String
    /// The device's name, or `server`.
    public var name: String
    /// Exit status, or nil if the command did not come to an end.
    public var status: Int?
    /// Whether it took too long and was ended.
    public var isTimedOut: Bool
    /// The end of what it printed, at most 64 KiB of it, or why it was not run.
    public var output: String
    /// When it began there.
    public var startedAt: Date
    /// When it ended there.
    public var endedAt: Date

    /// Creates an output.
    public init(
        target: String, name: String, status: Int?, isTimedOut: Bool, output: String, startedAt: Date, endedAt: Date
    ) {
        self.target = target
        self.name = name
        self.status = status
        self.isTimedOut = isTimedOut
        self.output = output
        self.startedAt = startedAt
        self.endedAt = endedAt
    }

    /// Whether the command was run and ended with status 0.
    public var succeeded: Bool { self.status == 0 && !self.isTimedOut }
}

/// `GET /api/v1/jobs/NAME/runs/ID`: a run and what it printed, page by page.
public struct JobRunDetail: Codable, Sendable {
    /// Outputs on a page.
    public static let pageSize = 50

    /// The run.
    public var run: JobRunSummary
    /// What it printed, by target.
    public var outputs: [JobOutput]
    /// The next page is what `?after=` this gives, or nil at the end.
    public var next: String?

    /// Creates a page.
    public init(run: JobRunSummary, outputs: [JobOutput], next: String?) {
        self.run = run
        self.outputs = outputs
        self.next = next
    }
}
