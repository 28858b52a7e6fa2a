public import Foundation

/// What a trial restore of a backup showed.
public struct BackupVerification: Codable, Hashable, Sendable {
    /// When it was tried.
    public var at: Date
    /// Whether a server could live from it.
    public var isSound: Bool
    /// What was proved, in words, or what is wrong.
    public var summary: String

    /// Creates a result.
    public init(at: Date, isSound: Bool, summary: String) {
        self.at = at
        self.isSound = isSound
        self.summary = summary
    }
}

/// A backup as it is listed.
public struct BackupSummary: Codable, Hashable, Sendable {
    /// Its file's name, which holds its time.
    public var name: String
    /// Its file on the server, absolute.
    public var path: String
    /// When it was made.
    public var createdAt: Date
    /// Bytes of its file.
    public var size: Int64
    /// Devices in it, or nil if it cannot be read.
    public var devices: Int?
    /// The watchman that made it, or nil if it cannot be read.
    public var version: String?
    /// Host name of the server that made it, or nil if it cannot be read.
    public var host: String?
    /// Why it cannot be read, or nil.
    public var problem: String?
    /// Its last trial restore, or nil if it was never tried.
    public var verification: BackupVerification?

    /// Creates a row.
    public init(
        name: String, path: String, createdAt: Date, size: Int64, devices: Int?, version: String?, host: String?,
        problem: String?, verification: BackupVerification?
    ) {
        self.name = name
        self.path = path
        self.createdAt = createdAt
        self.size = size
        self.devices = devices
        self.version = version
        self.host = host
        self.problem = problem
        self.verification = verification
    }
}

/// `GET /api/v1/backups`.
public struct BackupList: Codable, Sendable {
    /// The folder on the server that they are in, absolute.
    public var folder: String
    /// The rows, newest first.
    public var backups: [BackupSummary]

    /// Creates a list.
    public init(folder: String, backups: [BackupSummary]) {
        self.folder = folder
        self.backups = backups
    }
}

/// `POST /api/v1/backups/prune`: remove old backups. What is nil is as the server's configuration says.
public struct BackupPruneRequest: Codable, Sendable {
    /// Days of which the last backup is kept.
    public var keepDaily: Int?
    /// Weeks of which the last backup is kept.
    public var keepWeekly: Int?
    /// Months of which the last backup is kept.
    public var keepMonthly: Int?
    /// Whether to say only what would be done.
    public var isDryRun: Bool?

    /// Creates a request.
    public init(keepDaily: Int? = nil, keepWeekly: Int? = nil, keepMonthly: Int? = nil, isDryRun: Bool? = nil) {
        self.keepDaily = keepDaily
        self.keepWeekly = keepWeekly
        self.keepMonthly = keepMonthly
        self.isDryRun = isDryRun
    }
}

/// What pruning did or would do.
public struct BackupPruneResult: Codable, Hashable, Sendable {
    /// A backup that stays.
    public struct Kept: Codable, Hashable, Sendable {
        /// Its name.
        public var name: String
        /// Why: `newest`, `daily`, `weekly`, `monthly`, or `damaged` if it is left for people to look at.
        public var reasons: [String]

        /// Creates a row.
        public init(name: String, reasons: [String]) {
            self.name = name
            self.reasons = reasons
        }
    }

    /// Those that stay, newest first.
    public var kept: [Kept]
    /// The names of those that went, newest first.
    public var removed: [String]
    /// Whether they are still there.
    public var isDryRun: Bool

    /// Creates an answer.
    public init(kept: [Kept], removed: [String], isDryRun: Bool) {
        self.kept = kept
        self.removed = removed
        self.isDryRun = isDryRun
    }
}
