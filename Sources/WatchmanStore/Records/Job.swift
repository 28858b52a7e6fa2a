public import Foundation
public import GRDB
public import WatchmanCore

/// A job: what to do, and when.
public struct Job: Codable, Hashable, Sendable, FetchableRecord, PersistableRecord {
    /// Given once, never reused.
    public var id: String
    /// What people call it.
    public var name: String
    /// What it does.
    public var kind: JobKind
    /// When it runs; `CronSchedule` reads it.
    public var cron: String
    /// The zone that `cron` is meant in.
    public var timeZone: String
    /// It starts up to this many seconds later.
    public var jitter: Int
    /// What becomes of a missed run.
    public var missed: MissedPolicy
    /// Which devices it runs on, or nil for the server; `DeviceSelector` reads it.
    public var selector: String?
    /// Program and arguments, or nil for a job that is part of watchman.
    public var command: [String]?
    /// How many seconds it may take, on each device.
    public var timeout: Int
    /// On how many devices it runs at the same time.
    public var concurrency: Int
    /// Whether it waits until someone resumes it.
    public var isPaused = false
    /// When it runs next, or nil while it is paused.
    public var nextRunAt: Date?
    /// When it was made.
    public var createdAt: Date
    /// Who made it.
    public var createdBy: String

    /// The table.
    public static let databaseTableName = "job"

    /// The first moment of its schedule after `now`.
    ///
    /// - Throws: `WatchmanError` (`invalid`) if its schedule or time zone cannot be read.
    public func moment(after now: Date) throws -> Date {
        guard let next = try CronSchedule(self.cron).next(after: now, in: try ZoneName.zone(self.timeZone)) else {
            throw WatchmanError(.invalid, "the schedule '\(self.cron)' has no next moment")
        }
        return next
    }

    /// When it runs next if it is planned at `now`: a moment of its schedule, and up to its jitter later by chance.
    ///
    /// - Throws: as `moment(after:)`.
    public func plannedRun(after now: Date) throws -> Date {
        try self.moment(after: now) + TimeInterval(Int.random(in: 0...self.jitter))
    }

    /// The row people see.
    public func summary(lastRun: JobRun?) -> JobSummary {
        JobSummary(
            id: self.id, name: self.name, kind: self.kind, cron: self.cron,
            schedule: (try? CronSchedule(self.cron).words) ?? self.cron, timeZone: self.timeZone, jitter: self.jitter,
            missed: self.missed, devices: self.selector, command: self.command, timeout: self.timeout,
            concurrency: self.concurrency, isPaused: self.isPaused, nextRunAt: self.nextRunAt,
            lastRun: lastRun?.summary, createdAt: self.createdAt, createdBy: self.createdBy)
    }
}
