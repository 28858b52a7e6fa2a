public import Foundation
public import GRDB
public import WatchmanCore

/// A person who may sign in.
public struct User: Codable, Sendable, FetchableRecord, PersistableRecord {
    /// Given once, never reused.
    public var id: String
    /// What the person signs in with.
    public var name: String
    /// What the person may do.
    public var role: Role
    /// The hashed password, or nil until the sign-in link is used.
    public var passwordHash: String?
    /// When the person was added.
    public var createdAt: Date
    /// When the person last signed in.
    public var lastSignInAt: Date?

    /// The table.
    public static let databaseTableName = "user"
}

/// A browser that is signed in.
public struct Session: Codable, Sendable, FetchableRecord, PersistableRecord {
    /// Seconds without a request after which a session ends.
    public static let idleLimit: TimeInterval = 12 * 3600
    /// Seconds after which a session ends in any case.
    public static let lifetime: TimeInterval = 7 * 86400
    /// Seconds after which the token is replaced by another one.
    public static let rotation: TimeInterval = 3600
    /// Seconds that a replaced token is still good, for requests that are on their way.
    static let overlap: TimeInterval = 60

    /// Public part, for lists.
    public var id: String
    /// Whose it is.
    public var userID: String
    /// SHA-256 of the token.
    public var tokenHash: Data
    /// SHA-256 of the token before, or nil.
    public var formerHash: Data?
    /// Address it was opened from.
    public var source: String
    /// When it was opened.
    public var createdAt: Date
    /// When its token was last replaced.
    public var rotatedAt: Date
    /// Its last request, to the minute.
    public var lastSeenAt: Date

    /// The table.
    public static let databaseTableName = "session"

    /// Whether a token with this hash still opens it.
    func isOpen(for hash: Data, at now: Date) -> Bool {
        now.timeIntervalSince(self.lastSeenAt) < Self.idleLimit && now.timeIntervalSince(self.createdAt) < Self.lifetime
            && (hash == self.tokenHash || now.timeIntervalSince(self.rotatedAt) < Self.overlap)
    }
}
