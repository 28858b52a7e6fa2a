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
    /// Whether the person may see root passwords.
    public var mayReveal = false
    /// The only devices that exist for the person, or nil for all; `DeviceSelector` reads it.
    public var scope: String?
    /// The hashed password, or nil until the sign-in link is used.
    public var passwordHash: String?
    /// The sealed key of the person's one-time codes, or nil.
    public var totpSecret: Data?
    /// The time step of the last code that was used; 0 until a first one proved that the person has the key.
    public var totpStep: Int64 = 0
    /// The provider at which the person signs in, or nil.
    public var issuer: String?
    /// Whom the provider means; nil until the person's first sign-in there.
    public var subject: String?
    /// When the person was added.
    public var createdAt: Date
    /// When the person last signed in.
    public var lastSignInAt: Date?

    /// The table.
    public static let databaseTableName = "user"

    /// Whether signing in takes a one-time code, too.
    public var hasSecondFactor: Bool { self.totpSecret != nil && self.totpStep > 0 }
    /// The name of their principal.
    public var actor: String { "user:\(self.name)" }

    /// What the person may do, and to which devices.
    ///
    /// - Throws: `WatchmanError` (`invalid`) for a scope that cannot be read.
    public func rights() throws -> Rights {
        Rights(role: self.role, mayReveal: self.mayReveal, scope: try self.scope.map(DeviceSelector.init))
    }
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
    /// When the person last proved who they are without a password of ours, or nil.
    public var provenAt: Date?

    /// The table.
    public static let databaseTableName = "session"

    /// Whether a token with this hash still opens it.
    func isOpen(for hash: Data, at now: Date) -> Bool {
        now.timeIntervalSince(self.lastSeenAt) < Self.idleLimit && now.timeIntervalSince(self.createdAt) < Self.lifetime
            && (hash == self.tokenHash || now.timeIntervalSince(self.rotatedAt) < Self.overlap)
    }
}
