public import Foundation
import GRDB
public import WatchmanCore

/// One-time codes and recovery codes.
extension Store {
    /// The person with this id as they stand, or nil.
    public func user(id: String) async throws -> User? { try await self.read { db in try User.fetchOne(db, key: id) } }

    /// Keeps the key of codes that a person is about to set up, as `seal` makes it; it counts once a first code has proved it.
    ///
    /// - Throws: `WatchmanError` (`conflict`) if the person has codes already.
    public func offerSecondFactor(user id: String, seal: @escaping @Sendable () throws -> Data) async throws {
        try await self.write { db in
            let sealed = try seal()
            try db.execute(
                sql: "UPDATE user SET totpSecret = ?, totpStep = 0 WHERE id = ? AND totpStep = 0",
                arguments: [sealed, id])
            guard db.changesCount == 1 else {
                throw WatchmanError(.conflict, "one-time codes are set up already: turn them off first")
            }
        }
    }

    /// Uses the code of a step up: no code is good twice, and none that is older than one that was used.
    ///
    /// - Returns: whether it was good, with the key as `user` has it.
    public func useStep(_ step: Int64, of user: User) async throws -> Bool {
        try await self.write { db in try Self.useStep(db, step, of: user) }
    }

    /// Turns a person's codes on: the first was right. Sessions that were opened without one end, but for the one that asks.
    ///
    /// - Throws: `WatchmanError` (`conflict`) if the code or the key is not in force any more.
    public func confirmSecondFactor(
        _ step: Int64, of user: User, recoveryCodes: [Data], session: String, actor: Principal, now: Date
    ) async throws {
        try await self.write { db in
            guard try Self.useStep(db, step, of: user) else {
                throw WatchmanError(.conflict, "this was set up at the same time in another window: begin again")
            }
            try Self.setRecoveryCodes(db, recoveryCodes, user.id)
            try db.execute(sql: "DELETE FROM session WHERE userID = ? AND id <> ?", arguments: [user.id, session])
            try Self.audit(db, now, actor: actor, "user.second-factor", user.name, "on")
        }
    }

    /// Turns a person's codes off.
    public func dropSecondFactor(of id: String, actor: Principal, now: Date) async throws {
        try await self.write { db in
            guard var user = try User.fetchOne(db, key: id) else { return }
            try Self.dropSecondFactor(db, &user)
            try user.update(db)
            try Self.audit(db, now, actor: actor, "user.second-factor", user.name, "off")
        }
    }

    /// Replaces a person's recovery codes.
    public func setRecoveryCodes(_ hashes: [Data], of user: User, actor: Principal, now: Date) async throws {
        try await self.write { db in
            try Self.setRecoveryCodes(db, hashes, user.id)
            try Self.audit(db, now, actor: actor, "user.recovery-codes", user.name, "")
        }
    }

    /// How many recovery codes a person has left.
    public func recoveryCodes(of id: String) async throws -> Int {
        try await self.read { db in
            try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM recoveryCode WHERE userID = ?", arguments: [id]) ?? 0
        }
    }

    /// Uses a recovery code up.
    ///
    /// - Returns: whether it was one.
    public func useRecoveryCode(_ hash: Data, of user: User, source: String, now: Date) async throws -> Bool {
        try await self.write { db in
            try db.execute(
                sql: "DELETE FROM recoveryCode WHERE userID = ? AND hash = ?", arguments: [user.id, hash])
            guard db.changesCount == 1 else { return false }
            let actor = Principal(name: user.actor, source: source)
            try Self.audit(db, now, actor: actor, "user.recovery-code", user.name, "used")
            return true
        }
    }

    /// Gives a person another password, provided the one they knew is still theirs; every session ends.
    ///
    /// - Throws: `WatchmanError` (`conflict`) if it is not.
    public func changePassword(_ hash: PasswordHash, of user: User, actor: Principal, now: Date) async throws -> User {
        try await self.write { db in
            guard var row = try User.fetchOne(db, key: user.id), row.passwordHash == user.passwordHash else {
                throw WatchmanError(.conflict, "the password was changed at the same time")
            }
            row.passwordHash = hash.text
            try row.update(db)
            try Self.endSessions(db, of: row.id)
            try Self.audit(db, now, actor: actor, "user.password", row.name, "")
            return row
        }
    }

    private static func useStep(_ db: Database, _ step: Int64, of user: User) throws -> Bool {
        try db.execute(
            sql: "UPDATE user SET totpStep = ? WHERE id = ? AND totpStep < ? AND totpSecret IS ?",
            arguments: [step, user.id, step, user.totpSecret])
        return db.changesCount == 1
    }

    private static func setRecoveryCodes(_ db: Database, _ hashes: [Data], _ user: String) throws {
        try db.execute(sql: "DELETE FROM recoveryCode WHERE userID = ?", arguments: [user])
        for hash in hashes {
            try db.execute(sql: "INSERT INTO recoveryCode (userID, hash) VALUES (?, ?)", arguments: [user, hash])
        }
    }
}
