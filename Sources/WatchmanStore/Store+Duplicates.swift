public import Foundation
import GRDB
public import WatchmanCore

/// What becomes of a device whose key two machines use.
extension Store {
    /// The machines that a device was of late, the latest first.
    public func instances(device id: String) async throws -> [DeviceInstance] {
        try await self.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT deviceInstance.*, deviceInstance.bootID IS chosenBootID AS isChosen
                    FROM deviceInstance JOIN device ON device.id = deviceID WHERE deviceID = ? ORDER BY
                        deviceInstance.lastSeen DESC, deviceInstance.bootID
                    """, arguments: [id]
            ).map {
                DeviceInstance(
                    bootID: $0["bootID"], machineID: $0["machineID"], hostname: $0["hostname"], source: $0["source"],
                    firstSeen: $0["firstSeen"], lastSeen: $0["lastSeen"], isChosen: $0["isChosen"])
            }
        }
    }

    /// Says which machine is the device; `instance` is its boot's number or the beginning of it.
    ///
    /// - Throws: `WatchmanError`: `conflict` if there is nothing to choose or it could mean several, `notFound` if it means none.
    public func choose(_ reference: String, instance: String, actor: Principal, now: Date) async throws -> DeviceInfo {
        guard BootID.isValid(instance) else {
            throw WatchmanError(.invalid, "an instance is named by 4 or more digits of its boot")
        }
        return try await self.write { db in
            let device = try Self.resolve(db, reference, in: actor.scope).device
            guard device.isDuplicate else {
                throw WatchmanError(.conflict, "\(device.name) is one machine: there is nothing to choose")
            }
            // The number holds none of the characters that GLOB takes for others.
            let found = try String.fetchAll(
                db, sql: "SELECT bootID FROM deviceInstance WHERE deviceID = ? AND bootID GLOB ?",
                arguments: [device.id, "\(instance)*"])
            let hint = "watchman devices show \(device.name)"
            guard let bootID = found.first else {
                throw WatchmanError(.notFound, "\(device.name) has no instance \(instance)", hint: hint)
            }
            guard found.count == 1 else {
                throw WatchmanError(
                    .conflict, "\(device.name) has \(found.count) instances \(instance)...", hint: hint)
            }
            try db.execute(sql: "UPDATE device SET chosenBootID = ? WHERE id = ?", arguments: [bootID, device.id])
            try Self.audit(db, now, actor: actor, "device.choose", device.id, bootID)
            return try Self.info(db, id: device.id)
        }
    }

    /// Takes the call by which the chosen machine goes over to a key of its own; the old key is nobody's from then on.
    ///
    /// - Throws: as `acceptCall`; `WatchmanError` (`conflict`) if another machine was chosen or the key is taken.
    public func changeKey(device id: String, sequence: Int64, _ change: KeyChange, source: String, now: Date)
        async throws -> DeviceInfo
    {
        let info = try await self.write { db in
            let device = try Self.accept(db, id, sequence).device
            guard device.chosenBootID == change.bootID else {
                throw WatchmanError(.conflict, "\(device.name) was not asked for a new key")
            }
            let line = change.publicKey.line
            let isTaken = try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM device WHERE publicKey = ?)", arguments: [line])
            guard isTaken == false else { throw WatchmanError(.conflict, "the new key is a device's already") }
            try db.execute(
                sql: """
                    UPDATE device SET publicKey = ?, bootID = chosenBootID, isDuplicate = 0, chosenBootID = NULL
                    WHERE id = ?
                    """, arguments: [line, id])
            try db.execute(
                sql: "DELETE FROM deviceInstance WHERE deviceID = ? AND bootID <> ?", arguments: [id, change.bootID])
            try Self.audit(
                db, now, actor: Principal(name: "device:\(id)", source: source), "device.new-key", id,
                change.publicKey.fingerprint)
            return try Self.info(db, id: id)
        }
        self.keys.replace(id, change.publicKey)
        return info
    }
}
