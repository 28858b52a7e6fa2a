public import Foundation
public import GRDB
public import WatchmanCore

/// An API key as the server keeps it: only the hash of its secret.
public struct APIKey: Codable, Sendable, FetchableRecord, PersistableRecord {
    /// Public part.
    public var id: String
    /// What it is for.
    public var name: String
    /// What it may do.
    public var role: Role
    /// SHA-256 of the secret part.
    public var secretHash: Data
    /// When it was made.
    public var createdAt: Date
    /// When it was last used, to the minute.
    public var lastUsedAt: Date?
    /// When it was revoked, or nil.
    public var revokedAt: Date?

    /// The table.
    public static let databaseTableName = "apiKey"

    /// The row people see.
    public var summary: APIKeySummary {
        APIKeySummary(
            id: self.id, name: self.name, role: self.role, createdAt: self.createdAt, lastUsedAt: self.lastUsedAt,
            revokedAt: self.revokedAt)
    }
}
