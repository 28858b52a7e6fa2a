public import Foundation
import GRDB
public import WatchmanCore

/// What a copy of the database holds.
public struct Snapshot: Hashable, Sendable {
    /// Names of the applied migrations, in order.
    public var schema: [String]
    /// Number of devices.
    public var devices: Int
}

/// For backups. These block, so that a backup's steps can follow each other on a thread of their own.
extension Store {
    /// Copies the database as it is at this moment into one new file, while others go on writing (sqlite.org/backup.html).
    ///
    /// - Throws: `WatchmanError` (`exhausted`) if the disk is full.
    public func copy(to path: String) throws -> Snapshot {
        try Self.translatingNow {
            var configuration = Configuration()
            configuration.label = "backup"
            // The whole file is synced when it is in its archive; until then nobody counts on it.
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = OFF") }
            let copy = try DatabaseQueue(path: path, configuration: configuration)
            try self.writer.backup(to: copy)
            // The copy comes as a WAL database: alone in one file it must not wait for a second one.
            try copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
            let snapshot = try copy.read(Self.snapshot)
            try copy.close()
            return snapshot
        }
    }

    /// Looks a copy over: every page, every reference, and that no newer watchman wrote it.
    ///
    /// - Throws: `WatchmanError` (`configuration`) that says what is wrong.
    public static func check(copy path: String) throws -> Snapshot {
        var configuration = Configuration()
        configuration.readonly = true
        do {
            return try DatabaseQueue(path: path, configuration: configuration).read { db in
                if try Migrations.migrator.hasBeenSuperseded(db) {
                    throw WatchmanError(
                        .configuration, "the database was written by a newer watchman: install that version")
                }
                let verdict = try String.fetchOne(db, sql: "PRAGMA integrity_check(1)") ?? "no answer"
                guard verdict == "ok" else {
                    throw WatchmanError(
                        .configuration, "the database is damaged: \(OutsideText.clean(verdict, limit: 200))")
                }
                guard try Row.fetchOne(db, sql: "PRAGMA foreign_key_check") == nil else {
                    throw WatchmanError(.configuration, "the database is damaged: a row refers to nothing")
                }
                return try Self.snapshot(db)
            }
        } catch let error as DatabaseError {
            throw WatchmanError(
                .configuration, "the database is damaged: \(error.message ?? "\(error.resultCode)")")
        }
    }

    /// Names of the gateways.
    public func gatewayIDs() throws -> [String] {
        try self.writer.read { db in try String.fetchAll(db, sql: "SELECT id FROM gateway ORDER BY id") }
    }

    /// Gives `body` all devices of a gateway, a thousand at a time: `(id, publicKey, port)`.
    public func eachDevice(
        of gateway: String, _ body: ([(id: String, publicKey: String, port: Int)]) throws -> Void
    ) throws {
        var last = 0
        while true {
            let rows = try self.writer.read { db in
                let sql = """
                    SELECT device.id, device.publicKey, portLease.port
                    FROM portLease JOIN device ON device.id = portLease.deviceID
                    WHERE portLease.gatewayID = ? AND portLease.port > ? ORDER BY portLease.port LIMIT 1000
                    """
                return try Row.fetchAll(db, sql: sql, arguments: [gateway, last]).map { row in
                    (id: row["id"] as String, publicKey: row["publicKey"] as String, port: row["port"] as Int)
                }
            }
            guard let end = rows.last else { return }
            try body(rows)
            last = end.port
        }
    }

    /// Writes down who did what with a backup.
    public func auditBackup(_ action: String, _ name: String, _ detail: String, actor: Principal, now: Date)
        async throws
    {
        try await self.write { db in
            try Self.audit(db, now, actor: actor, "backup.\(action)", name, detail)
        }
    }

    private static func snapshot(_ db: Database) throws -> Snapshot {
        Snapshot(
            schema: try Migrations.migrator.appliedMigrations(db),
            devices: try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM device") ?? 0)
    }

    private static func translatingNow<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError where error.resultCode == .SQLITE_FULL {
            throw WatchmanError(.exhausted, "the server's disk is full")
        }
    }
}
