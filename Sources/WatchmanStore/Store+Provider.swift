public import Foundation
import GRDB
public import WatchmanCore

/// A person for whom a provider vouches (OpenID Connect).
public struct ProviderIdentity: Sendable {
    /// Who says what role the person has.
    public enum RoleSource: Hashable, Sendable {
        /// An admin here.
        case here
        /// The person's groups there; nil if none of them has a role.
        case provider(Role?)
    }

    /// The provider.
    public var issuer: String
    /// Whom it means, for ever: names change hands.
    public var subject: String
    /// What the person is to be called here, or nil if the provider has no name that will do.
    public var name: String?
    /// Who says what role the person has.
    public var role: RoleSource

    /// Creates an identity.
    public init(issuer: String, subject: String, name: String?, role: RoleSource) {
        self.issuer = issuer
        self.subject = subject
        self.name = name
        self.role = role
    }
}

/// People who sign in at a provider: they have no password here, and who has one is never taken for them.
extension Store {
    /// What became of a sign-in by way of a provider: whether the session is open, and the principals that may no longer do what they
    /// did.
    public typealias ProviderOutcome = (isOpen: Bool, ended: [String])

    /// Adds a person who signs in at the provider; the first there with this name is theirs from then on.
    ///
    /// - Throws: `WatchmanError` as `addUser(_:rights:linkHash:actor:now:)`.
    public func addUser(_ name: String, rights: Rights, issuer: String, actor: Principal, now: Date) async throws
        -> UserSummary
    {
        try UserName.check(name)
        return try await self.write { db in
            try Self.rights(db, of: actor, now).requireCover(rights)
            guard try User.filter(sql: "name = ?", arguments: [name]).isEmpty(db) else {
                throw WatchmanError(.conflict, "the name \(name) is taken", hint: "watchman admin users list")
            }
            let user = Self.newUser(name, rights, issuer: issuer, subject: nil, now)
            try user.insert(db)
            try Self.audit(db, now, actor: actor, "user.add", name, "\(rights.words) at \(issuer)")
            return try Self.summary(db, user, now)
        }
    }

    /// Opens a session for a person for whom the provider vouches. If their role follows their groups there, it does so now.
    ///
    /// - Returns: whether it is open. If their groups have no role it is not, and what they had opened before ends all the same.
    /// - Throws: `WatchmanError` (`forbidden`) if they are nobody here.
    public func openSession(_ identity: ProviderIdentity, tokenHash: Data, source: String, now: Date) async throws
        -> ProviderOutcome
    {
        try await self.write { db in
            var user = try Self.user(db, identity, source, now)
            var ended: [String] = []
            if case .provider(let role) = identity.role {
                ended = try Self.follow(db, &user, role, source, now)
                guard role != nil else { return (false, ended) }
            }
            user.lastSignInAt = now
            try user.update(db)
            try Self.insertSession(db, user, tokenHash: tokenHash, source: source, provenAt: now, now)
            return (true, ended)
        }
    }

    /// Notes a sign-in by way of the provider that was refused.
    public func refuseProviderSignIn(_ cause: String, source: String, now: Date) async throws {
        try await self.write { db in
            try Self.audit(
                db, now, actor: Principal(name: "anyone", source: source), "session.refuse", "provider",
                OutsideText.clean(cause, limit: 200))
        }
    }

    /// By the subject that is theirs; else by a name that waits for them; else they are new, if their groups say so.
    private static func user(_ db: Database, _ identity: ProviderIdentity, _ source: String, _ now: Date) throws -> User
    {
        let bound = try User.fetchOne(
            db, sql: "SELECT * FROM user WHERE issuer = ? AND subject = ?",
            arguments: [identity.issuer, identity.subject])
        if let bound { return bound }
        guard let name = identity.name else {
            throw WatchmanError(.forbidden, "the provider gives no name that can be one here")
        }
        let actor = Principal(name: "user:\(name)", source: source)
        if var user = try User.fetchOne(db, sql: "SELECT * FROM user WHERE name = ?", arguments: [name]) {
            guard user.issuer == identity.issuer, user.subject == nil else {
                throw WatchmanError(.forbidden, "the name \(name) is someone else's here")
            }
            user.subject = identity.subject
            try user.update(db)
            try Self.audit(db, now, actor: actor, "user.bind", name, identity.subject)
            return user
        }
        guard case .provider(let role?) = identity.role else {
            throw WatchmanError(.forbidden, "\(name) may not enter here: ask an admin")
        }
        let rights = Rights(role: role)
        let user = Self.newUser(name, rights, issuer: identity.issuer, subject: identity.subject, now)
        try user.insert(db)
        try Self.audit(db, now, actor: "provider", "user.add", name, "\(rights.words) at \(identity.issuer)")
        return user
    }

    /// Gives a person the role of their groups; without one nothing that they opened stays open.
    private static func follow(_ db: Database, _ user: inout User, _ role: Role?, _ source: String, _ now: Date) throws
        -> [String]
    {
        guard role != user.role else { return [] }
        var left: Rights?
        if let role {
            user.role = role
            left = try user.rights()
        }
        try user.update(db)
        try Self.endSessions(db, of: user.id)
        let actor = Principal(name: "provider", source: source)
        try Self.audit(db, now, actor: actor, "user.rights", user.name, left?.words ?? "none")
        return [user.actor] + (try Self.revokeKeys(db, of: user.actor, left: left, actor: actor, now))
    }

    private static func newUser(_ name: String, _ rights: Rights, issuer: String, subject: String?, _ now: Date) -> User
    {
        User(
            id: RandomText.identifier(10), name: name, role: rights.role, mayReveal: rights.mayReveal,
            scope: rights.scope?.text, passwordHash: nil, issuer: issuer, subject: subject, createdAt: now,
            lastSignInAt: nil)
    }
}
