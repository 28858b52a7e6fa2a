public import Foundation
import GRDB
public import WatchmanCore

/// The two phases of a root password: given and durable, then confirmed.
extension Store {
    /// The password the device shall set: the one that waits already, or a new one if one is due. It is durable when this returns.
    ///
    /// `seal` encrypts a new password for this version.
    ///
    /// - Throws: `WatchmanError` (`conflict`) if no password waits and none is due: a device cannot make its history turn by asking.
    public func pendingPassword(
        device id: String, now: Date, seal: @escaping @Sendable (_ version: Int) throws -> Data
    ) async throws -> RootPassword {
        try await self.write { db in
            let waiting = try RootPassword.fetchOne(
                db, sql: "SELECT * FROM rootPassword WHERE deviceID = ? AND state = 'pending'", arguments: [id])
            if let waiting { return waiting }
            let isDue = try Bool.fetchOne(
                db, sql: "SELECT \(Self.passwordIsPending) FROM device WHERE id = ?", arguments: [now, id])
            guard isDue == true else { throw WatchmanError(.conflict, "no root password waits for this device") }
            let last = try Int.fetchOne(
                db, sql: "SELECT MAX(version) FROM rootPassword WHERE deviceID = ?", arguments: [id])
            let version = (last ?? 0) + 1
            let row = RootPassword(
                deviceID: id, version: version, state: .pending, sealed: try seal(version), createdAt: now)
            try row.insert(db)
            return row
        }
    }

    /// Promotes the pending password of this version and plans the next one; confirming twice is no error.
    ///
    /// - Throws: `WatchmanError` (`conflict`) for a version that is neither pending nor current.
    public func confirmPassword(device id: String, version: Int, policy: PasswordPolicy, now: Date) async throws {
        try await self.write { db in
            let row = try RootPassword.fetchOne(
                db, sql: "SELECT * FROM rootPassword WHERE deviceID = ? AND version = ?", arguments: [id, version])
            guard let row, row.state != .past else {
                throw WatchmanError(.conflict, "password version \(version) is not the one that waits")
            }
            if row.state == .current { return }
            try db.execute(
                sql: "UPDATE rootPassword SET state = 'past' WHERE deviceID = ? AND state = 'current'", arguments: [id])
            try db.execute(
                sql: "UPDATE rootPassword SET state = 'current', confirmedAt = ? WHERE deviceID = ? AND version = ?",
                arguments: [now, id, version])
            try Self.forgetOldPasswords(db, of: id)
            // One that was seen while it waited is as known as one that was seen in force.
            let due = [policy.due(after: now), row.revealedAt.map(policy.due(seenAt:))].compactMap { $0 }.min()
            try db.execute(sql: "UPDATE device SET rotatePasswordAt = ? WHERE id = ?", arguments: [due, id])
            try Self.audit(db, now, actor: "device:\(id)", "password.confirm", id, "version=\(version)")
        }
    }

    private static func forgetOldPasswords(_ db: Database, of id: String) throws {
        try db.execute(
            sql: """
                DELETE FROM rootPassword WHERE deviceID = ?1 AND state = 'past' AND version NOT IN (
                    SELECT version FROM rootPassword WHERE deviceID = ?1 AND state = 'past'
                    ORDER BY version DESC LIMIT ?2)
                """, arguments: [id, PasswordPolicy.history])
    }

    /// Where a device's root password stands, or nil if it is not held here.
    public func passwordStanding(device id: String) async throws -> PasswordStanding? {
        try await self.read { db in
            let sql = """
                SELECT current.version, current.confirmedAt, pending.createdAt AS pendingSince, rotatePasswordAt
                FROM device
                LEFT JOIN rootPassword AS current ON current.deviceID = device.id AND current.state = 'current'
                LEFT JOIN rootPassword AS pending ON pending.deviceID = device.id AND pending.state = 'pending'
                WHERE device.id = ? AND escrowsRootPassword
                """
            return try Row.fetchOne(db, sql: sql, arguments: [id]).map {
                PasswordStanding(
                    version: $0["version"], setAt: $0["confirmedAt"], pendingSince: $0["pendingSince"],
                    dueAt: $0["rotatePasswordAt"])
            }
        }
    }
}

/// What people do with root passwords.
extension Store {
    /// Makes a device set a new root password at its next check-in.
    ///
    /// - Throws: `WatchmanError` (`conflict`) if its password is not held here.
    public func rotatePassword(_ reference: String, actor: Principal, now: Date) async throws -> DeviceInfo {
        try await self.write { db in
            let info = try Self.resolve(db, reference, in: actor.scope)
            try Self.requireEscrow(info, .conflict)
            try Self.plan(db, info.device.id, at: now)
            try Self.audit(db, now, actor: actor, "password.rotate", info.device.id, info.device.name)
            return info
        }
    }

    /// Makes all devices that a selector means, and whose passwords are held here, set new ones at their next check-ins.
    ///
    /// - Returns: how many they are.
    public func rotatePasswords(_ selector: DeviceSelector, actor: Principal, now: Date) async throws -> Int {
        try await self.write { db in
            let (chosen, scope) = (SQLCondition(devices: selector), SQLCondition.and(within: actor.scope))
            try db.execute(
                sql: "UPDATE device SET rotatePasswordAt = ? WHERE escrowsRootPassword AND \(chosen.sql)\(scope.sql)",
                arguments: [now] + chosen.arguments + scope.arguments)
            let count = db.changesCount
            try Self.audit(db, now, actor: actor, "password.rotate", selector.text, "devices=\(count)")
            return count
        }
    }

    /// A device's root passwords, after an audit row says who asked for them and why. From then on they count as known: a rotation is
    /// planned.
    ///
    /// - Throws: `WatchmanError` (`notFound`) if its password is not held here.
    public func revealPasswords(
        _ reference: String, _ request: RevealRequest, policy: PasswordPolicy, actor: Principal, now: Date
    ) async throws -> (device: DeviceInfo, passwords: [RootPassword], dueAt: Date?) {
        let reason = try request.checkedReason()
        let withHistory = request.includesHistory ?? false
        return try await self.write { db in
            let info = try Self.resolve(db, reference, in: actor.scope)
            let id = info.device.id
            try Self.requireEscrow(info, .notFound)
            let detail = "\(info.device.name)\(withHistory ? ", with history" : ""): \(reason)"
            try Self.audit(db, now, actor: actor, "password.reveal", id, detail)
            let rows = try RootPassword.fetchAll(
                db,
                sql: "SELECT * FROM rootPassword WHERE deviceID = ? AND (state <> 'past' OR ?) ORDER BY version DESC",
                arguments: [id, withHistory])
            try db.execute(
                sql:
                    "UPDATE rootPassword SET revealedAt = coalesce(revealedAt, ?) WHERE deviceID = ? AND state <> 'past'",
                arguments: [now, id])
            if rows.contains(where: { $0.state != .past }) { try Self.plan(db, id, at: policy.due(seenAt: now)) }
            let due = try Date.fetchOne(
                db, sql: "SELECT rotatePasswordAt FROM device WHERE id = ?", arguments: [id])
            return (info, rows, due)
        }
    }

    /// Brings the plans of all devices in line with the policy: devices that have none get one, spread over a day, and those whose plan
    /// lies later than the policy allows get an earlier one. Without a maximum age only what a person caused stays planned.
    public func planRotations(_ policy: PasswordPolicy, now: Date) async throws {
        try await self.write { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT device.id, confirmedAt, rotatePasswordAt FROM device
                    JOIN rootPassword ON deviceID = device.id AND rootPassword.state = 'current' WHERE escrowsRootPassword
                    """)
            for row in rows {
                let (planned, confirmed): (Date?, Date?) = (row["rotatePasswordAt"], row["confirmedAt"])
                let latest = policy.maxAge.map { max((confirmed ?? now) + 1.1 * TimeInterval($0), now + 86400) }
                if let planned, planned <= latest ?? policy.due(seenAt: now) { continue }
                let due = policy.due(after: confirmed ?? now).map { max($0, now + .random(in: 0...86400)) }
                try db.execute(
                    sql: "UPDATE device SET rotatePasswordAt = ? WHERE id = ?", arguments: [due, row["id"] as String])
            }
        }
    }

    /// Plans a rotation, unless an earlier one is planned.
    private static func plan(_ db: Database, _ id: String, at moment: Date) throws {
        try db.execute(
            sql: "UPDATE device SET rotatePasswordAt = min(coalesce(rotatePasswordAt, ?1), ?1) WHERE id = ?2",
            arguments: [moment, id])
    }

    private static func requireEscrow(_ info: DeviceInfo, _ code: WatchmanError.Code) throws {
        guard info.device.escrowsRootPassword else {
            throw WatchmanError(code, "the server does not hold the root password of \(info.device.name)")
        }
    }
}
