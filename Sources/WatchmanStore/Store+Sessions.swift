public import Foundation
import GRDB
public import WatchmanCore

extension Store {
    /// Sessions that one person may have; the oldest makes way.
    static let sessionsPerUser = 20

    /// The person with this name, or nil.
    public func user(named name: String) async throws -> User? {
        try await self.read { db in
            try User.fetchOne(db, sql: "SELECT * FROM user WHERE name = ?", arguments: [name])
        }
    }

    /// Opens a session for a person who gave the right password, provided it is still their password.
    ///
    /// - Throws: `WatchmanError` (`unauthenticated`) if the person or the password is gone meanwhile.
    public func openSession(_ user: User, tokenHash: Data, source: String, now: Date) async throws -> Session {
        try await self.write { db in
            try db.execute(
                sql: "UPDATE user SET lastSignInAt = ? WHERE id = ? AND passwordHash = ?",
                arguments: [now, user.id, user.passwordHash])
            guard db.changesCount == 1 else {
                throw WatchmanError(.unauthenticated, "the name or the password is wrong")
            }
            return try Self.insertSession(db, user, tokenHash: tokenHash, source: source, now)
        }
    }

    @discardableResult
    static func insertSession(
        _ db: Database, _ user: User, tokenHash: Data, source: String, provenAt: Date? = nil, _ now: Date
    ) throws -> Session {
        let session = Session(
            id: RandomText.identifier(10), userID: user.id, tokenHash: tokenHash, formerHash: nil, source: source,
            createdAt: now, rotatedAt: now, lastSeenAt: now, provenAt: provenAt)
        try db.execute(
            sql: "DELETE FROM session WHERE lastSeenAt <= ? OR createdAt <= ?",
            arguments: [now - Session.idleLimit, now - Session.lifetime])
        try db.execute(
            sql: """
                DELETE FROM session WHERE userID = ?1 AND id NOT IN
                    (SELECT id FROM session WHERE userID = ?1 ORDER BY createdAt DESC LIMIT ?2)
                """, arguments: [user.id, Self.sessionsPerUser - 1])
        try session.insert(db)
        try Self.audit(
            db, now, actor: Principal(name: user.actor, source: source), "session.open", user.name, source)
        return session
    }

    /// Notes a sign-in that was refused. `name` is what was typed.
    public func refuseSignIn(_ name: String, source: String, now: Date) async throws {
        let shown = OutsideText.clean(name, limit: 32)
        try await self.write { db in
            try Self.audit(db, now, actor: Principal(name: "anyone", source: source), "session.refuse", shown, source)
        }
    }

    /// The open session of a token with its person, or nil; notes its use once a minute.
    public func session(tokenHash: Data, now: Date) async throws -> (session: Session, user: User)? {
        let found = try await self.read { db -> (Session, User)? in
            let sql = "SELECT * FROM session WHERE tokenHash = ?1 OR formerHash = ?1"
            guard let session = try Session.fetchOne(db, sql: sql, arguments: [tokenHash]),
                session.isOpen(for: tokenHash, at: now), let user = try User.fetchOne(db, key: session.userID)
            else { return nil }
            return (session, user)
        }
        guard let (session, user) = found else { return nil }
        if now.timeIntervalSince(session.lastSeenAt) > 60 {
            try await self.write { db in
                try db.execute(
                    sql: "UPDATE session SET lastSeenAt = ? WHERE id = ?", arguments: [now, session.id])
            }
        }
        return (session, user)
    }

    /// Whether a session is still open; this does not count as its use.
    public func isOpen(session id: String, now: Date) async throws -> Bool {
        try await self.read { db in
            let sql = "SELECT EXISTS (SELECT 1 FROM session WHERE id = ? AND lastSeenAt > ? AND createdAt > ?)"
            let arguments: StatementArguments = [id, now - Session.idleLimit, now - Session.lifetime]
            return try Bool.fetchOne(db, sql: sql, arguments: arguments) ?? false
        }
    }

    /// Replaces a session's token, unless another request did so first.
    ///
    /// - Returns: whether the new token is in force.
    public func rotateSession(_ session: Session, tokenHash: Data, now: Date) async throws -> Bool {
        try await self.write { db in
            try db.execute(
                sql: """
                    UPDATE session SET formerHash = tokenHash, tokenHash = ?, rotatedAt = ?
                    WHERE id = ? AND tokenHash = ?
                    """, arguments: [tokenHash, now, session.id, session.tokenHash])
            return db.changesCount == 1
        }
    }

    /// Ends one session.
    public func endSession(_ id: String, actor: Principal, now: Date) async throws {
        try await self.write { db in
            try db.execute(sql: "DELETE FROM session WHERE id = ?", arguments: [id])
            if db.changesCount == 1 { try Self.audit(db, now, actor: actor, "session.end", id, "") }
        }
    }

    /// Ends all sessions of a person.
    public func endSessions(of name: String, actor: Principal, now: Date) async throws -> UserSummary {
        try await self.write { db in
            let user = try Self.user(db, name)
            try Self.endSessions(db, of: user.id)
            try Self.audit(db, now, actor: actor, "session.end-all", name, "")
            return try Self.summary(db, user, now)
        }
    }
}
