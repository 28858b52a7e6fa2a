import Foundation
import GRDB
import WatchmanCore

/// The server's state. One method is one transaction; the schema keeps the invariants, and nothing after the migrations can change it.
///
/// Only `serve` opens it: SQLite before 3.51.3 can corrupt a WAL database when two connections checkpoint at once
/// (sqlite.org/changes.html, 3.51.3); GRDB's pool has one writer.
public struct Store: Sendable {
    let writer: any DatabaseWriter
    private let commits: GroupCommit
    let keys = DeviceKeys()

    /// Opens the database and brings its schema up to date.
    ///
    /// - Throws: `WatchmanError` (`configuration`) if it cannot be opened or was written by a newer watchman.
    public init(path: String) throws {
        try self.init(writer: Self.naming(path) { try DatabasePool(path: path, configuration: Self.configuration()) })
    }

    /// Opens an empty database in memory, for tests.
    public static func inMemory() throws -> Store {
        try Store(writer: try DatabaseQueue(configuration: Self.configuration()))
    }

    init(writer: any DatabaseWriter) throws {
        self.writer = writer
        self.commits = GroupCommit(writer)
        let migrator = Migrations.migrator
        guard try writer.read(migrator.hasBeenSuperseded) == false else {
            throw WatchmanError(
                .configuration,
                "the database was written by a newer watchman: install that version, or restore an older backup")
        }
        try migrator.migrate(writer)
        writer.writeWithoutTransaction { db in SchemaLock.close(db) }
    }

    static func configuration() -> Configuration {
        var configuration = Configuration()
        configuration.label = "watchman"
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            // An acknowledged password must survive a power cut, so every commit is synced.
            if db.configuration.readonly {
                SchemaLock.close(db)
            } else {
                try db.execute(sql: "PRAGMA synchronous = FULL")
            }
        }
        return configuration
    }

    /// What the database holds at one moment. A caller who gives up is heard before the reading begins and not in its midst: GRDB 7.10
    /// ends the process when a cancellation meets the end of a transaction.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try Task.checkCancellation()
        return try await Self.translating {
            try await withCheckedThrowingContinuation { continuation in
                self.writer.asyncRead { db in continuation.resume(with: Result { try body(db.get()) }) }
            }
        }
    }

    /// A transaction of its own for every caller; they only share the wait for the disk.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await Self.translating { try await self.commits.write(body) }
    }

    private static func translating<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as DatabaseError where error.resultCode == .SQLITE_FULL {
            throw WatchmanError(.exhausted, "the server's disk is full")
        }
    }

    private static func naming<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw WatchmanError(.configuration, "cannot open \(path): \(error.message ?? "\(error.resultCode)")")
        }
    }
}
