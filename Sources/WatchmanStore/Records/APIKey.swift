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
    /// Whether it may see root passwords.
    public var mayReveal = false
    /// The only devices that exist for it, or nil for all; `DeviceSelector` reads it.
    public var scope: String?
    /// The principal with whom it ends, or nil.
    public var owner: String?
    /// SHA-256 of the secret part.
    public var secretHash: Data
    /// When it was made.
    public var createdAt: Date
    /// When it ends, or nil.
    public var expiresAt: Date?
    /// When it was last used, to the minute.
    public var lastUsedAt: Date?
    /// When it was revoked, or nil.
    public var revokedAt: Date?

    /// The table.
    public static let databaseTableName = "apiKey"

    /// The name of its principal.
    public var actor: String { "key:\(self.id)" }

    /// What it may do, and to which devices.
    ///
    /// - Throws: `WatchmanError` (`invalid`) for a scope that cannot be read.
    public func rights() throws -> Rights {
        Rights(role: self.role, mayReveal: self.mayReveal, scope: try self.scope.map(DeviceSelector.init))
    }

    /// Whether it lets in at `now`.
    public func state(at now: Date) -> APIKeySummary.State {
        if self.revokedAt != nil { return .revoked }
        return self.expiresAt.map { now >= $0 } ?? false ? .expired : .active
    }

    /// The row people see.
    public func summary(at now: Date) -> APIKeySummary {
        APIKeySummary(
            id: self.id, name: self.name, state: self.state(at: now), role: self.role, mayReveal: self.mayReveal,
            scope: self.scope, owner: self.owner, createdAt: self.createdAt, expiresAt: self.expiresAt,
            lastUsedAt: self.lastUsedAt, revokedAt: self.revokedAt)
    }
}
