public import Foundation
import GRDB
public import WatchmanCore

/// A secret in the database, as the server's escrow encrypted it.
public struct SealedSecret: Sendable {
    /// Where it stands, which is what its encryption is bound to.
    public enum Place: Hashable, Sendable {
        /// A version of a device's root password.
        case rootPassword(device: String, version: Int)
        /// A person's key for one-time codes.
        case secondFactor(user: String)
        /// A known text, by which a key is recognised that has sealed nothing else yet.
        case check
    }

    /// Where it stands.
    public var place: Place
    /// The secret, encrypted.
    public var sealed: Data
}

/// All sealed secrets at once. These block, as what is for backups does: the one excludes the other.
extension Store {
    private static let checkName = "escrow-check"

    /// Gives `body` every sealed secret.
    public func eachSecret(_ body: (SealedSecret) throws -> Void) throws {
        try self.writer.read { db in try Self.eachSecret(db, body) }
    }

    /// Replaces every sealed secret by what `rewrap` makes of it, or leaves it where that is nil; all in one transaction. If there is no
    /// check yet, `check` is kept as one.
    ///
    /// - Returns: how many were replaced.
    public func rewrapSecrets(
        check: @escaping @Sendable () throws -> Data, actor: Principal, action: String, now: Date,
        _ rewrap: @escaping @Sendable (SealedSecret) throws -> Data?
    ) throws -> Int {
        try self.writer.write { db in
            var (hasCheck, changes): (Bool, [SealedSecret]) = (false, [])
            try Self.eachSecret(db) { secret in
                if secret.place == .check { hasCheck = true }
                if let sealed = try rewrap(secret) { changes.append(SealedSecret(place: secret.place, sealed: sealed)) }
            }
            if !hasCheck { try Self.replace(db, SealedSecret(place: .check, sealed: try check())) }
            for change in changes { try Self.replace(db, change) }
            if !changes.isEmpty {
                try Self.audit(db, now, actor: actor, action, "escrow.key", "secrets=\(changes.count)")
            }
            return changes.count
        }
    }

    private static func eachSecret(_ db: Database, _ body: (SealedSecret) throws -> Void) throws {
        let passwords = try Row.fetchCursor(db, sql: "SELECT deviceID, version, sealed FROM rootPassword")
        while let row = try passwords.next() {
            try body(
                SealedSecret(
                    place: .rootPassword(device: row["deviceID"], version: row["version"]), sealed: row["sealed"]))
        }
        let factors = try Row.fetchCursor(
            db, sql: "SELECT id, totpSecret FROM user WHERE totpSecret IS NOT NULL")
        while let row = try factors.next() {
            try body(SealedSecret(place: .secondFactor(user: row["id"]), sealed: row["totpSecret"]))
        }
        let check = try String.fetchOne(
            db, sql: "SELECT value FROM setting WHERE name = ?", arguments: [self.checkName])
        if let check { try body(SealedSecret(place: .check, sealed: Data(base64Encoded: check) ?? Data())) }
    }

    private static func replace(_ db: Database, _ secret: SealedSecret) throws {
        switch secret.place {
        case .rootPassword(let device, let version):
            try db.execute(
                sql: "UPDATE rootPassword SET sealed = ? WHERE deviceID = ? AND version = ?",
                arguments: [secret.sealed, device, version])
        case .secondFactor(let user):
            try db.execute(sql: "UPDATE user SET totpSecret = ? WHERE id = ?", arguments: [secret.sealed, user])
        case .check:
            try db.execute(
                sql: "INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)",
                arguments: [self.checkName, secret.sealed.base64EncodedString()])
        }
    }
}
