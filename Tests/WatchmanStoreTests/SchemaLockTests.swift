import GRDB
import TestSupport
import Testing

@testable import WatchmanStore

/// Requests cannot change what the tables promise.
@Suite struct SchemaLockTests {
    @Test(arguments: [
        "CREATE TABLE x (a)", "CREATE TEMP TABLE x (a)", "DROP TABLE audit", "ALTER TABLE device ADD COLUMN x",
        "DROP TRIGGER auditIsNeverChanged", "CREATE TRIGGER x AFTER INSERT ON audit BEGIN SELECT 1; END",
        "CREATE VIEW x AS SELECT 1", "CREATE INDEX x ON device (facts)", "ATTACH '/tmp/x' AS x",
        "CREATE VIRTUAL TABLE x USING fts5 (a)", "PRAGMA writable_schema = 1", "PRAGMA foreign_keys = 0",
        "PRAGMA ignore_check_constraints = 1", "PRAGMA SYNCHRONOUS = OFF", "VACUUM INTO '/tmp/x'",
    ])
    func `no statement changes the schema`(sql: String) async throws {
        try await TemporaryFolder.with { folder in
            for store in [try Store.inMemory(), try Store(path: "\(folder)/watchman.db")] {
                await #expect(throws: DatabaseError.self) { try await store.write { db in try db.execute(sql: sql) } }
                await #expect(throws: DatabaseError.self) { try await store.read { db in try db.execute(sql: sql) } }
            }
        }
    }

    @Test func `a store that is opened again is locked again, and works`() async throws {
        try await TemporaryFolder.with { folder in
            let path = "\(folder)/watchman.db"
            for _ in 0..<2 {
                let fixture = try await StoreFixture(store: try Store(path: path))
                _ = try await fixture.device()
                await #expect(throws: DatabaseError.self) {
                    try await fixture.store.write { db in try db.execute(sql: "DROP TABLE device") }
                }
            }
            let devices = try await Store(path: path).devices()
            #expect(devices.count == 2)
        }
    }

    @Test func `a transaction that fails is rolled back as ever`() async throws {
        let fixture = try await StoreFixture()
        await #expect(throws: DatabaseError.self) {
            try await fixture.store.write { db in
                try db.execute(sql: "INSERT INTO user VALUES ('a', 'a', 'admin', NULL, '2026-01-01', NULL)")
                try db.execute(sql: "INSERT INTO user VALUES ('b', 'b', 'king', NULL, '2026-01-01', NULL)")
            }
        }
        let count = try await fixture.count("SELECT COUNT(*) FROM user")
        #expect(count == 0)
    }
}
