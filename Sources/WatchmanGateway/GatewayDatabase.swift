public import Foundation
import GRDB
import Glibc
public import WatchmanCore

/// A device as its gateway knows it.
public struct GatewayDevice: Hashable, Sendable {
    /// The device's id.
    public var id: String
    /// Its tunnel key.
    public var key: SSHPublicKey
    /// Its dedicated port.
    public var port: Int

    /// Creates an entry.
    public init(id: String, key: SSHPublicKey, port: Int) {
        self.id = id
        self.key = key
        self.port = port
    }
}

/// The gateway's copy of what the key lookup needs: a cache that the control plane can rebuild at any time.
///
/// Only the gateway writes; lookups open it read-only as another user. The journal mode is DELETE because a reader without write
/// permission cannot use a WAL (sqlite.org/wal.html, "Read-Only Databases").
public struct GatewayDatabase: Sendable {
    private static let version = 3
    /// Seconds that a revoked certificate is remembered beyond its end, for clocks that are set back.
    private static let memory: TimeInterval = 86400
    private let queue: DatabaseQueue

    /// Opens the cache, anew if it is damaged or was written by another version.
    ///
    /// `readers` is the group that lookups run with.
    public init(path: String, readers: gid_t) throws {
        let found = try? DatabaseQueue(path: path).read { try Self.userVersion($0) }
        if found != Self.version { unlink(path) }
        var configuration = Configuration()
        configuration.journalMode = .default
        configuration.busyMode = .timeout(5)
        self.queue = try DatabaseQueue(path: path, configuration: configuration)
        guard chown(path, geteuid(), readers) == 0, chmod(path, 0o640) == 0 else {
            throw WatchmanError(
                .configuration, "cannot set the owner of \(path): \(String(cString: strerror(errno)).lowercased())")
        }
        try self.queue.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS deviceKey (
                        blob TEXT PRIMARY KEY NOT NULL,
                        type TEXT NOT NULL,
                        fingerprint TEXT NOT NULL UNIQUE,
                        deviceID TEXT NOT NULL UNIQUE,
                        port INTEGER NOT NULL UNIQUE
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE IF NOT EXISTS revokedCertificate (
                        serial INTEGER PRIMARY KEY NOT NULL,
                        expiresAt REAL NOT NULL
                    ) STRICT;
                    PRAGMA user_version = \(Self.version);
                    """)
        }
    }

    /// Replaces the whole content.
    public func replaceAll(_ devices: [GatewayDevice]) async throws {
        try await self.write { db in
            try db.execute(sql: "DELETE FROM deviceKey")
            for device in devices { try Self.insert(device, db) }
        }
    }

    /// Lets many devices in; blocks until it is done.
    public func fill(_ devices: [GatewayDevice]) throws {
        try self.queue.write { db in
            for device in devices { try Self.insert(device, db) }
        }
    }

    /// Lets a device in.
    public func add(_ device: GatewayDevice) async throws {
        try await self.write { db in try Self.insert(device, db) }
    }

    /// Shuts a device out from its next login on.
    public func remove(id: String) async throws {
        try await self.write { db in
            try db.execute(sql: "DELETE FROM deviceKey WHERE deviceID = ?", arguments: [id])
        }
    }

    /// Shuts out the holders of certificates: their serial numbers, and when each would end by itself. Those that are known stay, those
    /// that ended long ago are forgotten.
    public func revoke(_ certificates: [Int64: Date], now: Date) async throws {
        try await self.write { db in
            let known = try Set(Int64.fetchAll(db, sql: "SELECT serial FROM revokedCertificate"))
            let new = certificates.filter { !known.contains($0.key) }
            guard !new.isEmpty else { return }
            try db.execute(
                sql: "DELETE FROM revokedCertificate WHERE expiresAt < ?",
                arguments: [now.timeIntervalSince1970 - Self.memory])
            for (serial, end) in new {
                try db.execute(
                    sql: "INSERT OR IGNORE INTO revokedCertificate (serial, expiresAt) VALUES (?, ?)",
                    arguments: [serial, end.timeIntervalSince1970])
            }
        }
    }

    /// The port of the device whose key has this fingerprint, or nil if nobody here has it.
    func port(fingerprint: String) throws -> Int? {
        try self.queue.read { db in
            let statement = try db.cachedStatement(sql: "SELECT port FROM deviceKey WHERE fingerprint = ?")
            return try Int.fetchOne(statement, arguments: [fingerprint])
        }
    }

    /// One transaction, which a caller who gives up does not break off: GRDB 7.10 ends the process when a cancellation meets the end of
    /// a transaction.
    private func write(_ body: @escaping @Sendable (Database) throws -> Void) async throws {
        try await withCheckedThrowingContinuation { continuation in
            self.queue.asyncWrite(body) { _, result in continuation.resume(with: result) }
        }
    }

    private static func insert(_ device: GatewayDevice, _ db: Database) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO deviceKey (blob, type, fingerprint, deviceID, port) VALUES (?, ?, ?, ?, ?)",
            arguments: [device.key.base64, device.key.type, device.key.fingerprint, device.id, device.port])
    }

    private static func userVersion(_ db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    }
}
