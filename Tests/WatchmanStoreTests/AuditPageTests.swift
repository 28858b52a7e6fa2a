import Foundation
import GRDB
import Testing
import WatchmanCore

@testable import WatchmanStore

@Suite struct AuditPageTests {
    private static let now = StoreFixture.now

    private static func add(_ store: Store, _ rows: [(String, String, String)]) async throws {
        try await store.write { db in
            for (actor, action, subject) in rows {
                try Store.audit(db, self.now, actor: Principal(name: actor), action, subject, "detail")
            }
        }
    }

    @Test func `a walk meets every row once, newest first`() async throws {
        let store = try Store.inMemory()
        try await Self.add(store, (1...25).map { ("local", "a.b", "s\($0)") })
        var (seen, before): ([Int64], Int64?) = ([], nil)
        repeat {
            let page = try await store.audit(AuditQuery(before: before), limit: 10)
            seen += page.rows.map(\.row.id)
            before = page.next
        } while before != nil
        #expect(seen == (1...25).reversed().map(Int64.init))
    }

    @Test(arguments: [
        (AuditQuery(actor: "ALICE"), [3, 1]), (AuditQuery(action: "token."), [3, 2]),
        (AuditQuery(subject: "x1"), [2, 1]), (AuditQuery(actor: "alice", action: "token"), [3]),
        (AuditQuery(subject: "%"), []), (AuditQuery(actor: "' OR 1 --"), []), (AuditQuery(before: 2), [1]),
        (AuditQuery(before: 0), []), (AuditQuery(before: -9), []), (AuditQuery(before: .max), [3, 2, 1]),
    ])
    func `texts narrow the rows, and are only texts`(query: AuditQuery, ids: [Int64]) async throws {
        let store = try Store.inMemory()
        try await Self.add(
            store,
            [
                ("user:alice", "device.tag", "X1"), ("key:k", "token.create", "x1y"),
                ("user:alice", "token.revoke", "z"),
            ])
        #expect(try await store.audit(query, limit: 10).rows.map(\.row.id) == ids)
    }

    @Test func `a device's name finds what was done to it, and stands beside its id`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device(name: "tower").device.id
        _ = try await fixture.store.change(id, DeviceChange(addTags: ["a"]), actor: "local", now: Self.now)
        let found = try await fixture.store.audit(AuditQuery(action: "device.tag", subject: "tower"), limit: 10).rows
        #expect(found.map(\.row.subject) == [id] && found.map(\.deviceName) == ["tower"])
    }

    @Test func `a filter that finds little gives up in time, and says where to go on`() async throws {
        let store = try Store.inMemory()
        try await Self.add(store, [("rare", "a.b", "s")])
        let window = Int(Store.auditWindow)
        try await Self.add(store, (0..<window).map { _ in ("local", "a.b", "s") })
        let first = try await store.audit(AuditQuery(actor: "rare"), limit: 10)
        #expect(first.rows.isEmpty && first.next == 2)
        let second = try await store.audit(AuditQuery(actor: "rare", before: first.next), limit: 10)
        #expect(second.rows.map(\.row.id) == [1] && second.next == nil)
    }

    @Test func `an empty table has one empty page`() async throws {
        let page = try await Store.inMemory().audit(AuditQuery(), limit: 10)
        #expect(page.rows.isEmpty && page.next == nil)
    }

    @Test func `only what was done since then is listed, and the walk ends there`() async throws {
        let store = try Store.inMemory()
        let window = Int(Store.auditWindow)
        try await Self.add(store, (0..<window).map { _ in ("local", "a.b", "old") })
        try await store.write { db in
            try Store.audit(db, Self.now + 60, actor: "local", "a.b", "new", "")
        }
        let page = try await store.audit(AuditQuery(since: Self.now + 60), limit: 10)
        #expect(page.rows.map(\.row.subject) == ["new"] && page.next == nil)
    }

    @Test func `each row is chained to the one before it`() async throws {
        let store = try Store.inMemory()
        try await Self.add(store, [("local", "a.b", "x"), ("user:alice", "c.d", "y"), ("local", "e.f", "z")])
        let rows = try await store.auditTrail(after: 0, limit: 10)
        var walk = AuditChain.Walk()
        for row in rows { try walk.take(row) }
        #expect(walk.head.id == 3)
        #expect(try await store.auditTrail(after: 1, limit: 1).map(\.id) == [2])
        #expect(try await store.auditProblem() == nil)
    }

    /// What somebody does who has the database file and knows its triggers.
    @Test(arguments: [
        ("UPDATE audit SET at = '2026-01-01 00:00:00.000' WHERE id = 7", "row 7 does not follow from those before it"),
        ("UPDATE audit SET at = 'x' WHERE id = 7", "row 7 does not follow from those before it"),
        ("UPDATE audit SET actor = 'x' WHERE id = 1", "row 1 does not follow from those before it"),
        ("UPDATE audit SET source = 'x' WHERE id = 7", "row 7 does not follow from those before it"),
        ("UPDATE audit SET action = 'x' WHERE id = 7", "row 7 does not follow from those before it"),
        ("UPDATE audit SET subject = 'x' WHERE id = 7", "row 7 does not follow from those before it"),
        ("UPDATE audit SET detail = detail || ' ' WHERE id = 20", "row 20 does not follow from those before it"),
        ("UPDATE audit SET hash = x'00' WHERE id = 7", "row 7 does not follow from those before it"),
        ("DELETE FROM audit WHERE id = 7", "row 7 is missing"), ("DELETE FROM audit WHERE id = 1", "row 1 is missing"),
        ("DELETE FROM audit WHERE id < 20", "row 1 is missing"),
        ("DELETE FROM audit WHERE id = 7; UPDATE audit SET id = id - 1 WHERE id > 7", "row 7 does not follow"),
        (
            "UPDATE audit SET id = 99 WHERE id = 7; UPDATE audit SET id = 7 WHERE id = 8; UPDATE audit SET id = 8 WHERE id = 99",
            "row 7 does not follow"
        ),
        (
            "INSERT INTO audit (id, at, actor, action, subject, detail) VALUES (21, '', '', '', '', '')",
            "row 21 does not"
        ),
        ("INSERT INTO audit (id, at, actor, action, subject, detail) VALUES (0, '', '', '', '', '')", nil),
    ])
    func `whatever was done to the table is found`(change: String, problem: String?) async throws {
        let queue = try DatabaseQueue(configuration: Store.configuration())
        try Migrations.migrator.migrate(queue)
        try await queue.write { db in
            for number in 1...20 { try Store.audit(db, Self.now, actor: "local", "a.b", "s\(number)", "d") }
            try db.execute(sql: "DROP TRIGGER auditIsNeverChanged; DROP TRIGGER auditIsNeverDeleted")
            try db.execute(sql: change)
        }
        let found = try await Store(writer: queue).auditProblem()
        // A row before the first is no part of the trail: nobody reads it, and no list shows it as one.
        #expect(found?.contains(problem ?? "?") ?? (problem == nil))
    }
}
