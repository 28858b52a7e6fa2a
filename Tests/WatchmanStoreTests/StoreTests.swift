import Foundation
import GRDB
import Synchronization
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanStore

@Suite struct StoreTests {
    @Test func `what was stored is there after the database is opened again`() async throws {
        try await TemporaryFolder.with { folder in
            let path = "\(folder)/watchman.db"
            let id = try await StoreFixture(store: Store(path: path)).device(name: "tower").device.id
            let again = try Store(path: path)
            #expect(try await again.device("tower").device.id == id)
        }
    }

    @Test func `a database of a newer watchman is refused and left alone`() async throws {
        try await TemporaryFolder.with { folder in
            let path = "\(folder)/watchman.db"
            let store = try Store(path: path)
            try await store.write { db in
                try db.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('99 future')")
            }
            let before = try await Self.schema(store.writer)
            try store.writer.close()
            let error = #expect(throws: WatchmanError.self) { try Store(path: path) }
            #expect(error?.code == .configuration)
            #expect(error?.message.contains("newer watchman") == true)
            #expect(try await Self.schema(try DatabaseQueue(path: path)) == before)
        }
    }

    private static func schema(_ reader: any DatabaseReader) async throws -> [String] {
        try await reader.read { db in
            try String.fetchAll(
                db,
                sql:
                    "SELECT name || ifnull(sql, '') FROM sqlite_master UNION ALL SELECT identifier FROM grdb_migrations"
            )
        }
    }

    @Test func `readers who give up at any moment leave the database as it was`() async throws {
        try await TemporaryFolder.with { folder in
            let store = try Store(path: "\(folder)/watchman.db")
            for turn in 0..<6000 {
                let hasBegun = Atomic(false)
                let reader = Task {
                    try await store.read { db in
                        hasBegun.store(true, ordering: .relaxed)
                        return try Int.fetchOne(db, sql: "SELECT count(*) FROM device")
                    }
                }
                while !hasBegun.load(ordering: .relaxed) { await Task.yield() }
                let end = ContinuousClock.now + .nanoseconds(turn % 1000 * 100)
                while ContinuousClock.now < end {}
                reader.cancel()
                _ = try? await reader.value
            }
            #expect(try await store.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM device") } == 0)
        }
    }

    @Test func `a file that is no database is an error that names it`() throws {
        try TemporaryFolder.with { (folder: String) in
            let path = "\(folder)/watchman.db"
            try Data(repeating: 0x41, count: 8192).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: WatchmanError.self) { try Store(path: path) }
            #expect(error?.code == .configuration)
            #expect(error?.message.hasPrefix("cannot open \(path): ") == true)
        }
    }

    @Test func `a folder that is not there is an error that names the file`() {
        let path = "/nonexistent/\(UUID().uuidString)/watchman.db"
        let error = #expect(throws: WatchmanError.self) { try Store(path: path) }
        #expect(error?.message.hasPrefix("cannot open \(path): ") == true)
    }

    @Test func `every commit is synced and foreign keys hold`() async throws {
        let fixture = try await StoreFixture()
        #expect(try await fixture.store.write { db in try Int.fetchOne(db, sql: "PRAGMA synchronous") } == 2)
        await #expect(throws: DatabaseError.self) {
            try await fixture.store.write { db in
                try db.execute(sql: "INSERT INTO deviceTag (deviceID, tag) VALUES ('nobody', 'a')")
            }
        }
    }

    @Test func `a full disk is told as such, and the registration that met it leaves nothing`() async throws {
        let fixture = try await StoreFixture()
        let token = try await fixture.token(tags: ["a"])
        try await fixture.store.write { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            try db.execute(sql: "PRAGMA max_page_count = \(pages)")
        }
        let error = await #expect(throws: WatchmanError.self) {
            for _ in 0..<200 { try await fixture.register(token) }
        }
        #expect(error == WatchmanError(.exhausted, "the server's disk is full"))
        let devices = try await fixture.store.devices().count
        #expect(devices < 200)
        #expect(try await fixture.uses(token) == devices)
        for table in ["portLease", "deviceTag", "audit WHERE action = 'device.register'"] {
            #expect(try await fixture.count("SELECT COUNT(*) FROM \(table)") == devices)
        }
        try await fixture.store.write { db in try db.execute(sql: "PRAGMA max_page_count = 1000000") }
        #expect(try await fixture.register(token).isNew)
    }
}
