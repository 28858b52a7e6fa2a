public import Foundation
import GRDB
public import WatchmanCore

extension Store {
    /// Seconds that a sign-in link can be used.
    public static let linkLifetime: TimeInterval = 86400

    /// Adds a person, who can sign in once the link with this secret was used.
    ///
    /// - Throws: `WatchmanError` (`conflict`) if the name is taken, `invalid` if it is not allowed, `forbidden` if the rights are more
    ///   than the actor's.
    public func addUser(_ name: String, rights: Rights, linkHash: Data, actor: Principal, now: Date) async throws
        -> UserSummary
    {
        try UserName.check(name)
        let user = User(
            id: RandomText.identifier(10), name: name, role: rights.role, mayReveal: rights.mayReveal,
            scope: rights.scope?.text, passwordHash: nil, createdAt: now, lastSignInAt: nil)
        return try await self.write { db in
            try Self.rights(db, of: actor, now).requireCover(rights)
            guard try User.filter(sql: "name = ?", arguments: [name]).isEmpty(db) else {
                throw WatchmanError(.conflict, "the name \(name) is taken", hint: "watchman admin users list")
            }
            try user.insert(db)
            try Self.setLink(db, user.id, linkHash, now)
            try Self.audit(db, now, actor: actor, "user.add", name, rights.words)
            return try Self.summary(db, user, now)
        }
    }

    /// All people, by name.
    public func users(now: Date) async throws -> [UserSummary] {
        try await self.read { db in
            try User.fetchAll(db, sql: "SELECT * FROM user ORDER BY name").map { try Self.summary(db, $0, now) }
        }
    }

    /// A person as a change left them, and the principals that may no longer do what they did.
    public typealias UserUpdate = (user: UserSummary, ended: [String])

    /// Gives a person other rights: what was opened with those before ends.
    ///
    /// - Throws: `WatchmanError` (`notFound`), or `forbidden` if that would give more than the actor has.
    public func changeUser(_ name: String, _ change: UserChange, actor: Principal, now: Date) async throws -> UserUpdate
    {
        let scope = try DeviceSelector.scope(change.scope)
        return try await self.write { db in
            var user = try Self.user(db, name)
            let old = try user.rights()
            let new = Rights(
                role: change.role ?? old.role, mayReveal: change.mayReveal ?? old.mayReveal,
                scope: change.scope == nil ? old.scope : scope)
            guard new != old else { return (try Self.summary(db, user, now), []) }
            // Anyone may take rights away from a person who has more than themselves.
            if !old.cover(new) { try Self.rights(db, of: actor, now).requireCover(new) }
            (user.role, user.mayReveal, user.scope) = (new.role, new.mayReveal, new.scope?.text)
            try user.update(db)
            try Self.endSessions(db, of: user.id)
            try Self.audit(db, now, actor: actor, "user.rights", name, new.words)
            let keys = try Self.revokeKeys(db, of: user.actor, left: new, actor: actor, now)
            return (try Self.summary(db, user, now), try Self.withdrawCertificates(db, from: [user.actor] + keys, now))
        }
    }

    /// Takes a person's password, one-time codes, sessions and API keys away and gives a new link.
    ///
    /// - Throws: `WatchmanError` (`notFound`), or `forbidden` if the person has more rights than the actor, who could use the link.
    public func resetUser(_ name: String, linkHash: Data, actor: Principal, now: Date) async throws -> UserUpdate {
        try await self.write { db in
            var user = try Self.user(db, name)
            try Self.rights(db, of: actor, now).requireCover(try user.rights())
            guard user.issuer == nil else {
                throw WatchmanError(
                    .conflict, "\(name) signs in at the provider and has no password here",
                    hint: "watchman admin users sign-out \(name)")
            }
            user.passwordHash = nil
            try Self.dropSecondFactor(db, &user)
            try user.update(db)
            try Self.endSessions(db, of: user.id)
            try Self.setLink(db, user.id, linkHash, now)
            try Self.audit(db, now, actor: actor, "user.reset", name, "")
            let keys = try Self.revokeKeys(db, of: user.actor, actor: actor, now)
            return (try Self.summary(db, user, now), try Self.withdrawCertificates(db, from: [user.actor] + keys, now))
        }
    }

    /// Forgets a person; their sessions and API keys end at once.
    ///
    /// - Returns: the person as they were.
    public func removeUser(_ name: String, actor: Principal, now: Date) async throws -> UserUpdate {
        try await self.write { db in
            let user = try Self.user(db, name)
            let summary = try Self.summary(db, user, now)
            try user.delete(db)
            try Self.audit(db, now, actor: actor, "user.remove", name, "")
            let keys = try Self.revokeKeys(db, of: user.actor, actor: actor, now)
            return (summary, try Self.withdrawCertificates(db, from: [user.actor] + keys, now))
        }
    }

    /// The person whom a link is for.
    ///
    /// - Throws: `WatchmanError` (`notFound`) if it was used, has ended or never was.
    public func user(linkHash: Data, now: Date) async throws -> User {
        try await self.read { db in try Self.user(db, linkHash: linkHash, now) }
    }

    /// Uses a link up: from now on the person signs in with this password.
    ///
    /// - Throws: `WatchmanError` (`notFound`) as `user(linkHash:now:)`.
    public func setPassword(_ hash: PasswordHash, linkHash: Data, now: Date) async throws -> User {
        try await self.write { db in
            var user = try Self.user(db, linkHash: linkHash, now)
            user.passwordHash = hash.text
            try user.update(db)
            try db.execute(sql: "DELETE FROM signInLink WHERE userID = ?", arguments: [user.id])
            try Self.endSessions(db, of: user.id)
            try Self.audit(db, now, actor: Principal(name: user.actor), "user.password", user.name, "")
            return user
        }
    }

    static func user(_ db: Database, _ name: String) throws -> User {
        guard let user = try User.fetchOne(db, sql: "SELECT * FROM user WHERE name = ?", arguments: [name]) else {
            throw WatchmanError(
                .notFound, "no user '\(OutsideText.clean(name, limit: 32))'", hint: "watchman admin users list")
        }
        return user
    }

    static func endSessions(_ db: Database, of user: String) throws {
        try db.execute(sql: "DELETE FROM session WHERE userID = ?", arguments: [user])
    }

    /// Signing in takes no code any more; the row itself is for the caller to update.
    static func dropSecondFactor(_ db: Database, _ user: inout User) throws {
        (user.totpSecret, user.totpStep) = (nil, 0)
        try db.execute(sql: "DELETE FROM recoveryCode WHERE userID = ?", arguments: [user.id])
    }

    private static func user(_ db: Database, linkHash: Data, _ now: Date) throws -> User {
        let sql = "SELECT user.* FROM user JOIN signInLink ON userID = user.id WHERE secretHash = ? AND expiresAt > ?"
        guard let user = try User.fetchOne(db, sql: sql, arguments: [linkHash, now]) else {
            throw WatchmanError(
                .notFound, "this link was used, has ended or never was", hint: "watchman admin users reset NAME")
        }
        return user
    }

    private static func setLink(_ db: Database, _ user: String, _ hash: Data, _ now: Date) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO signInLink (userID, secretHash, expiresAt) VALUES (?, ?, ?)",
            arguments: [user, hash, now + self.linkLifetime])
    }

    static func summary(_ db: Database, _ user: User, _ now: Date) throws -> UserSummary {
        let sql = "SELECT COUNT(*) FROM session WHERE userID = ? AND lastSeenAt > ? AND createdAt > ?"
        let sessions = try Int.fetchOne(
            db, sql: sql, arguments: [user.id, now - Session.idleLimit, now - Session.lifetime])
        return UserSummary(
            id: user.id, name: user.name, role: user.role, mayReveal: user.mayReveal, scope: user.scope,
            state: user.passwordHash == nil && user.subject == nil ? .invited : .active,
            hasSecondFactor: user.hasSecondFactor, provider: user.issuer,
            sessions: sessions ?? 0, createdAt: user.createdAt, lastSignInAt: user.lastSignInAt)
    }
}
