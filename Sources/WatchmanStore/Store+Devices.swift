public import Foundation
import GRDB
public import WatchmanCore

extension Store {
    /// The devices of a gateway with their tunnel keys and ports.
    public func leases(gateway: String) async throws -> [(device: String, key: SSHPublicKey, port: Int)] {
        try await self.read { db in
            let sql = """
                SELECT device.id, device.publicKey, portLease.port
                FROM portLease JOIN device ON device.id = portLease.deviceID WHERE gatewayID = ?
                """
            return try Row.fetchAll(db, sql: sql, arguments: [gateway]).map {
                ($0["id"], try SSHPublicKey(line: $0["publicKey"]), $0["port"])
            }
        }
    }

    /// The device that people mean by `reference`: an id, a name, or the beginning of just one id or name. No device is known outside
    /// their scope.
    ///
    /// - Throws: `WatchmanError`: `notFound`, or `conflict` with the candidates if it could mean several.
    public func device(_ reference: String, in scope: DeviceSelector?) async throws -> DeviceInfo {
        try await self.read { db in try Self.resolve(db, reference, in: scope) }
    }

    /// Whether there is a device with this id in a scope.
    public func isDevice(_ id: String, in scope: DeviceSelector?) async throws -> Bool {
        try await self.read { db in try Self.isDevice(db, id, in: scope) }
    }

    /// The device with this id, or nil, for what the server does by itself.
    public func device(id: String) async throws -> DeviceInfo? {
        try await self.read { db in
            try DeviceInfo.fetchOne(db, sql: "\(DeviceInfo.query) WHERE device.id = ?", arguments: [id])
        }
    }

    /// Renames and tags a device.
    ///
    /// - Throws: `WatchmanError`: `conflict` if the name is taken, `invalid` for a name or tag that is not allowed, `forbidden` if the
    ///   actor would not see the device any more.
    public func change(_ reference: String, _ change: DeviceChange, actor: Principal, now: Date) async throws
        -> DeviceInfo
    {
        try change.name.map(DeviceName.check)
        try (change.addTags ?? []).forEach(DeviceName.checkTag)
        return try await self.write { db in
            let id = try Self.resolve(db, reference, in: actor.scope).device.id
            if let name = change.name {
                let other = try String.fetchOne(db, sql: "SELECT id FROM device WHERE name = ?", arguments: [name])
                guard other == nil || other == id else { throw WatchmanError(.conflict, "the name \(name) is taken") }
                try db.execute(sql: "UPDATE device SET name = ? WHERE id = ?", arguments: [name, id])
                try Self.audit(db, now, actor: actor, "device.rename", id, name)
            }
            for tag in change.addTags ?? [] {
                try db.execute(
                    sql: "INSERT OR IGNORE INTO deviceTag (deviceID, tag) VALUES (?, ?)", arguments: [id, tag])
                try Self.audit(db, now, actor: actor, "device.tag", id, tag)
            }
            for tag in change.removeTags ?? [] {
                try db.execute(sql: "DELETE FROM deviceTag WHERE deviceID = ? AND tag = ?", arguments: [id, tag])
                try Self.audit(db, now, actor: actor, "device.untag", id, tag)
            }
            guard try Self.isDevice(db, id, in: actor.scope) else {
                throw WatchmanError(
                    .forbidden, "this would take the device out of your scope, \(actor.scope?.text ?? "all")")
            }
            return try Self.info(db, id: id)
        }
    }

    /// Forgets a device and puts its port into quarantine.
    ///
    /// - Returns: the device as it was.
    public func remove(_ reference: String, actor: Principal, now: Date) async throws -> DeviceInfo {
        let removed = try await self.write { db in
            let info = try Self.resolve(db, reference, in: actor.scope)
            try db.execute(
                sql: "UPDATE portLease SET deviceID = NULL, releasedAt = ? WHERE deviceID = ?",
                arguments: [now, info.device.id])
            try db.execute(sql: "DELETE FROM device WHERE id = ?", arguments: [info.device.id])
            try Self.audit(db, now, actor: actor, "device.remove", info.device.id, info.device.name)
            return info
        }
        self.keys.remove(removed.device.id)
        return removed
    }

    static func info(_ db: Database, id: String) throws -> DeviceInfo {
        let info = try DeviceInfo.fetchOne(db, sql: "\(DeviceInfo.query) WHERE device.id = ?", arguments: [id])
        guard let info else { throw WatchmanError(.notFound, "no device \(id)", hint: "watchman devices") }
        return info
    }

    static func isDevice(_ db: Database, _ id: String, in scope: DeviceSelector?) throws -> Bool {
        let scope = SQLCondition.and(within: scope)
        let sql = "SELECT EXISTS (SELECT 1 FROM device WHERE device.id = ?\(scope.sql))"
        return try Bool.fetchOne(db, sql: sql, arguments: [id] + scope.arguments) ?? false
    }

    /// The device that people mean by `reference`, if it is in their scope.
    static func resolve(_ db: Database, _ reference: String, in scope: DeviceSelector?) throws -> DeviceInfo {
        let shown = OutsideText.clean(reference, limit: 63)
        guard DeviceName.isValid(reference) else {
            throw WatchmanError(.notFound, "no device '\(shown)'", hint: "watchman devices")
        }
        let scope = SQLCondition.and(within: scope)
        let exact = """
            \(DeviceInfo.query) WHERE (device.id = ?1 OR device.name = ?1
                OR device.id = (SELECT deviceID FROM deviceAlias WHERE alias = ?1))\(scope.sql)
            ORDER BY device.id = ?1 DESC, device.name = ?1 LIMIT 1
            """
        let info = try DeviceInfo.fetchOne(db, sql: exact, arguments: [reference] + scope.arguments)
        if let info { return info }
        // GLOB is case-sensitive and the reference holds none of its special characters.
        let prefix = """
            \(DeviceInfo.query) WHERE (device.id GLOB ?1 OR device.name GLOB ?1)\(scope.sql)
            ORDER BY device.name LIMIT 6
            """
        let found = try DeviceInfo.fetchAll(db, sql: prefix, arguments: ["\(reference)*"] + scope.arguments)
        guard let only = found.first else {
            throw WatchmanError(.notFound, "no device '\(shown)'", hint: "watchman devices")
        }
        guard found.count == 1 else {
            let names = found.prefix(5).map(\.device.name).joined(separator: ", ") + (found.count > 5 ? ", ..." : "")
            throw WatchmanError(.conflict, "'\(shown)' could be \(names)", hint: "watchman devices --search \(shown)")
        }
        return only
    }
}
