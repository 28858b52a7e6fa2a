public import Foundation
import GRDB
public import WatchmanCore

extension Store {
    /// The password the device shall set: the one that waits already, or a new one. It is durable when this returns.
    ///
    /// `seal` encrypts a new password for this version.
    public func pendingPassword(
        device id: String, now: Date, seal: @escaping @Sendable (_ version: Int) throws -> Data
    ) async throws -> RootPassword {
        try await self.write { db in
            let waiting = try RootPassword.fetchOne(
                db, sql: "SELECT * FROM rootPassword WHERE deviceID = ? AND state = 'pending'", arguments: [id])
            if let waiting { return waiting }
            let last = try Int.fetchOne(
                db, sql: "SELECT MAX(version) FROM rootPassword WHERE deviceID = ?", arguments: [id])
            let version = (last ?? 0) + 1
            let row = RootPassword(
                deviceID: id, version: version, state: .pending, sealed: try seal(version), createdAt: now)
            try row.insert(db)
            return row
        }
    }

    /// Promotes the pending password of this version; confirming twice is no error.
    ///
    /// - Throws: `WatchmanError` (`conflict`) for a version that is neither pending nor current.
    public func confirmPassword(device id: String, version: Int, now: Date) async throws {
        try await self.write { db in
            let row = try RootPassword.fetchOne(
                db, sql: "SELECT * FROM rootPassword WHERE deviceID = ? AND version = ?", arguments: [id, version])
            guard let row, row.state != .past else {
                throw WatchmanError(.conflict, "password version \(version) is not the one that waits")
            }
            if row.state == .current { return }
            let set = "UPDATE rootPassword SET state = ? WHERE deviceID = ? AND state = ?"
            try db.execute(sql: set, arguments: ["past", id, "current"])
            try db.execute(sql: set, arguments: ["current", id, "pending"])
            try Self.audit(db, now, actor: "device:\(id)", "password.confirm", id, "version=\(version)")
        }
    }

    /// The passwords that may be in force, after an audit row says that `actor` asked for them.
    public func revealPasswords(
        _ reference: String, actor: Principal, now: Date
    ) async throws -> (device: DeviceInfo, passwords: [RootPassword]) {
        let info = try await self.device(reference, in: actor.scope)
        return try await self.write { db in
            try Self.audit(db, now, actor: actor, "password.reveal", info.device.id, info.device.name)
            let rows = try RootPassword.fetchAll(
                db, sql: "SELECT * FROM rootPassword WHERE deviceID = ? AND state <> 'past'",
                arguments: [info.device.id])
            return (info, rows)
        }
    }
}
