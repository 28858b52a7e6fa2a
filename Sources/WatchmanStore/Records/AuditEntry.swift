public import Foundation
public import GRDB

/// A row of the audit table.
public struct AuditEntry: Codable, Sendable, FetchableRecord {
    /// Counts the rows from 1.
    public var id: Int64
    /// When it was done.
    public var at: Date
    /// Who did it.
    public var actor: String
    /// The address that the request came from, `local`, or empty for what the server did by itself.
    public var source: String
    /// What was done, as `device.rename`.
    public var action: String
    /// The id or name of what it was done to.
    public var subject: String
    /// What more there is to say.
    public var detail: String
    /// What chains the row to the one before it, see `AuditChain`.
    public var hash: Data
    /// The name of the device that the subject is the id of, if it is still there.
    public var deviceName: String?
}

/// Which rows of the audit table to list; each text may stand anywhere in its column, ASCII letters match in either case.
public struct AuditQuery: Hashable, Sendable {
    /// Who did it.
    public var actor: String?
    /// What was done.
    public var action: String?
    /// What it was done to; a device's name means its id as well.
    public var subject: String?
    /// Only rows before this one, or nil from the newest on.
    public var before: Int64?

    /// Creates a query.
    public init(actor: String? = nil, action: String? = nil, subject: String? = nil, before: Int64? = nil) {
        self.actor = actor
        self.action = action
        self.subject = subject
        self.before = before
    }
}
