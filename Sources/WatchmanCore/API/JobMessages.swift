public import Foundation

/// What a job does.
public enum JobKind: String, Codable, Sendable, CaseIterable {
    /// Makes a backup.
    case backup
    /// Deletes what is too old.
    case prune
    /// Sums metrics and uptime up.
    case rollup
    /// Checks the database.
    case check
    /// Runs the operator's own command.
    case command
}

/// What becomes of a run whose moment passed while the server was not there.
public enum MissedPolicy: String, Codable, Sendable, CaseIterable {
    /// The job waits for its next moment.
    case skip
    /// The job runs once, as soon as the server is there.
    case run
}

/// `POST /api/v1/jobs`: a command to run when the time comes. Spans are seconds.
public struct JobRequest: Codable, Sendable {
    /// Seconds that a job may take.
    public static let timeouts = 1...86400
    /// Seconds by which it may start later.
    public static let jitters = 0...86400
    /// Devices on which it may run at the same time.
    public static let concurrencies = 1...100

    /// What people call it; the same rules as for a device's name.
    public var name: String
    /// When it runs, as in crontab(5).
    public var cron: String
    /// The zone that `cron` is meant in, such as `Europe/Berlin`.
    public var timeZone: String
    /// It starts up to this much later, by chance.
    public var jitter: Int
    /// What becomes of a missed run.
    public var missed: MissedPolicy
    /// The devices to run it on, see `DeviceSelector`, or nil for the server itself.
    public var devices: String?
    /// Program and arguments. On devices ssh joins them with blanks and the device's shell reads the line.
    public var command: [String]
    /// How long it may take on each device.
    public var timeout: Int
    /// On how many devices it runs at the same time.
    public var concurrency: Int

    /// Creates a request.
    public init(
        name: String, cron: String, timeZone: String, jitter: Int, missed: MissedPolicy, devices: String?,
        command: [String], timeout: Int, concurrency: Int
    ) {
        self.name = name
        self.cron = cron
        self.timeZone = timeZone
        self.jitter = jitter
        self.missed = missed
        self.devices = devices
        self.command = command
        self.timeout = timeout
        self.concurrency = concurrency
    }
}

/// `PATCH /api/v1/jobs/NAME`: what may be changed. Absent fields stay as they are.
public struct JobChange: Codable, Hashable, Sendable {
    /// When it runs.
    public var cron: String?
    /// The zone that `cron` is meant in.
    public var timeZone: String?
    /// It starts up to this many seconds later.
    public var jitter: Int?
    /// What becomes of a missed run.
    public var missed: MissedPolicy?
    /// How many seconds it may take.
    public var timeout: Int?
    /// On how many devices it runs at the same time.
    public var concurrency: Int?

    /// Creates a change.
    public init(
        cron: String? = nil, timeZone: String? = nil, jitter: Int? = nil, missed: MissedPolicy? = nil,
        timeout: Int? = nil, concurrency: Int? = nil
    ) {
        self.cron = cron
        self.timeZone = timeZone
        self.jitter = jitter
        self.missed = missed
        self.timeout = timeout
        self.concurrency = concurrency
    }
}

/// A job as it is listed. Spans are seconds.
public struct JobSummary: Codable, Hashable, Sendable {
    /// The id, given once and never reused.
    public var id: String
    /// What people call it.
    public var name: String
    /// What it does.
    public var kind: JobKind
    /// When it runs, as in crontab(5).
    public var cron: String
    /// The same in words.
    public var schedule: String
    /// The zone that both are meant in.
    public var timeZone: String
    /// It starts up to this much later, by chance.
    public var jitter: Int
    /// What becomes of a missed run.
    public var missed: MissedPolicy
    /// The devices it runs on, or nil for the server itself.
    public var devices: String?
    /// Program and arguments, or nil for a job that is part of watchman.
    public var command: [String]?
    /// How long it may take, on each device.
    public var timeout: Int
    /// On how many devices it runs at the same time.
    public var concurrency: Int
    /// Whether it waits until someone resumes it.
    public var isPaused: Bool
    /// When it runs next, or nil while it is paused.
    public var nextRunAt: Date?
    /// The newest run, or nil.
    public var lastRun: JobRunSummary?
    /// When it was made.
    public var createdAt: Date
    /// Who made it.
    public var createdBy: String

    /// Creates a row.
    public init(
        id: String, name: String, kind: JobKind, cron: String, schedule: String, timeZone: String, jitter: Int,
        missed: MissedPolicy, devices: String?, command: [String]?, timeout: Int, concurrency: Int, isPaused: Bool,
        nextRunAt: Date?, lastRun: JobRunSummary?, createdAt: Date, createdBy: String
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.cron = cron
        self.schedule = schedule
        self.timeZone = timeZone
        self.jitter = jitter
        self.missed = missed
        self.devices = devices
        self.command = command
        self.timeout = timeout
        self.concurrency = concurrency
        self.isPaused = isPaused
        self.nextRunAt = nextRunAt
        self.lastRun = lastRun
        self.createdAt = createdAt
        self.createdBy = createdBy
    }
}

/// `GET /api/v1/jobs`.
public struct JobList: Codable, Sendable {
    /// The rows, by name.
    public var jobs: [JobSummary]

    /// Creates a list.
    public init(jobs: [JobSummary]) { self.jobs = jobs }
}
