public import Foundation
public import GRDB
public import WatchmanCore

/// A row of the audit table.
public struct AuditEntry: Sendable, FetchableRecord {
    /// The row, with its time exactly as it stands there.
    public var row: AuditRow
    /// When it was done.
    public var at: Date
    /// The name of the device that the subject is the id of, if it is still there.
    public var deviceName: String?

    /// Reads a row of the table, with or without `deviceName`.
    public init(row: Row) throws {
        self.row = AuditRow(
            id: row["id"], at: AuditTime(row["at"]), actor: row["actor"], source: row["source"], action: row["action"],
            subject: row["subject"], detail: row["detail"], hash: AuditChain.hex(row["hash"]))
        // A time that was tampered with is none, and no reason to stop.
        let at: DatabaseValue = row["at"]
        self.at = Date.fromDatabaseValue(at) ?? .distantPast
        self.deviceName = row["deviceName"]
    }
}

/// Which rows of the audit table to list; each text may stand anywhere in its column, ASCII letters match in either case.
public struct AuditQuery: Hashable, Sendable {
    /// Who did it.
    public var actor: String?
    /// What was done.
    public var action: String?
    /// What it was done to; a device's name means its id as well.
    public var subject: String?
    /// Only what was done from then on.
    public var since: Date?
    /// Only rows before this one, or nil from the newest on.
    public var before: Int64?

    /// Creates a query.
    public init(
        actor: String? = nil, action: String? = nil, subject: String? = nil, since: Date? = nil, before: Int64? = nil
    ) {
        self.actor = actor
        self.action = action
        self.subject = subject
        self.since = since
        self.before = before
    }
}
