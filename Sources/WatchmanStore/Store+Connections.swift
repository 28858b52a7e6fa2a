public import Foundation
import GRDB
public import WatchmanCore

extension Store {
    /// The setting that keeps how far a gateway's log was read.
    public static func logPlace(gateway id: String) -> String { "gateway-log:\(id)" }

    /// Notes the admins' logins that a gateway's log tells and how far it was read, all or nothing: so none is lost or comes twice.
    public func record(
        _ logins: [GatewayLogin], gateway id: String, logPlace: String, now: Date
    ) async throws {
        try await self.write { db in
            for login in logins {
                if let certificate = login.certificate { try Self.open(db, login, certificate, now) }
            }
            try Self.set(db, Self.logPlace(gateway: id), logPlace)
        }
    }

    private static func open(
        _ db: Database, _ login: GatewayLogin, _ certificate: GatewayLogin.Certificate, _ now: Date
    ) throws {
        // Where it comes from was free again, so what was there has ended.
        let sql = "SELECT * FROM connection WHERE source = ? AND port = ? AND endedAt IS NULL"
        for old in try Connection.fetchAll(db, sql: sql, arguments: [login.address, login.port]) {
            try Self.close(db, old, now)
        }
        let known = try Row.fetchOne(
            db, sql: "SELECT deviceID, actor FROM certificate WHERE serial = ? AND keyID = ? AND actor <> ''",
            arguments: [certificate.serial, certificate.keyID])
        // One of an older watchman, or from after the moment that a restored backup shows: its key id, which our CA signed, says the same.
        let words = certificate.keyID.split(separator: " ", maxSplits: 1).map(String.init)
        let (device, actor): (String, String) =
            known.map { ($0["deviceID"], $0["actor"]) } ?? (words.first ?? "", words.count > 1 ? words[1] : "")
        try db.execute(
            sql: """
                INSERT INTO connection (serial, deviceID, actor, source, port, startedAt) VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [certificate.serial, device, actor, login.address, login.port, now])
        try Self.audit(
            db, now, actor: Principal(name: actor, source: login.address), "connection.open", device,
            "connection=\(db.lastInsertedRowID) serial=\(certificate.serial)")
    }

    /// The open connections, oldest first.
    public func openConnections() async throws -> [Connection] {
        try await self.read { db in
            try Connection.fetchAll(db, sql: "SELECT * FROM connection WHERE endedAt IS NULL ORDER BY id")
        }
    }

    /// The open connections as people see them.
    public func connections() async throws -> [ConnectionSummary] {
        try await self.read { db in
            let sql = """
                SELECT connection.*, device.name FROM connection LEFT JOIN device ON device.id = connection.deviceID
                WHERE endedAt IS NULL ORDER BY connection.id
                """
            return try Row.fetchAll(db, sql: sql).map { try Self.summary($0) }
        }
    }

    /// Notes that somebody ends a connection.
    ///
    /// - Throws: `WatchmanError` (`notFound`) if there is none with this number that is open.
    public func endConnection(_ id: Int64, actor: Principal, now: Date) async throws
        -> (connection: Connection, summary: ConnectionSummary)
    {
        try await self.write { db in
            let sql = """
                SELECT connection.*, device.name FROM connection LEFT JOIN device ON device.id = connection.deviceID
                WHERE connection.id = ? AND endedAt IS NULL
                """
            guard let row = try Row.fetchOne(db, sql: sql, arguments: [id]) else {
                throw WatchmanError(.notFound, "no open connection \(id)", hint: "watchman admin connections")
            }
            let connection = try Connection(row: row)
            try Self.audit(
                db, now, actor: actor, "connection.end", connection.deviceID, "connection=\(id) of \(connection.actor)")
            return (connection, try Self.summary(row))
        }
    }

    /// Notes the end of connections; of those that have ended already nothing more is noted.
    public func close(_ connections: [Connection], now: Date) async throws {
        guard !connections.isEmpty else { return }
        try await self.write { db in
            for connection in connections { try Self.close(db, connection, now) }
        }
    }

    private static func close(_ db: Database, _ connection: Connection, _ now: Date) throws {
        try db.execute(
            sql: "UPDATE connection SET endedAt = ? WHERE id = ? AND endedAt IS NULL", arguments: [now, connection.id])
        guard db.changesCount == 1 else { return }
        let seconds = max(0, now.timeIntervalSince(connection.startedAt))
        try Self.audit(
            db, now, actor: connection.principal, "connection.close", connection.deviceID,
            "connection=\(connection.id) seconds=\(Int(seconds))")
    }

    private static func summary(_ row: Row) throws -> ConnectionSummary {
        let connection = try Connection(row: row)
        return ConnectionSummary(
            id: connection.id, deviceID: connection.deviceID, deviceName: row["name"], actor: connection.actor,
            source: connection.source, startedAt: connection.startedAt)
    }
}
