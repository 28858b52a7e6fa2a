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
            seen += page.rows.map(\.id)
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
        #expect(try await store.audit(query, limit: 10).rows.map(\.id) == ids)
    }

    @Test func `a device's name finds what was done to it, and stands beside its id`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device(name: "tower").device.id
        _ = try await fixture.store.change(id, DeviceChange(addTags: ["a"]), actor: "local", now: Self.now)
        let found = try await fixture.store.audit(AuditQuery(action: "device.tag", subject: "tower"), limit: 10).rows
        #expect(found.map(\.subject) == [id] && found.map(\.deviceName) == ["tower"])
    }

    @Test func `a filter that finds little gives up in time, and says where to go on`() async throws {
        let store = try Store.inMemory()
        try await Self.add(store, [("rare", "a.b", "s")])
        let window = Int(Store.auditWindow)
        try await Self.add(store, (0..<window).map { _ in ("local", "a.b", "s") })
        let first = try await store.audit(AuditQuery(actor: "rare"), limit: 10)
        #expect(first.rows.isEmpty && first.next == 2)
        let second = try await store.audit(AuditQuery(actor: "rare", before: first.next), limit: 10)
        #expect(second.rows.map(\.id) == [1] && second.next == nil)
    }

    @Test func `an empty table has one empty page`() async throws {
        let page = try await Store.inMemory().audit(AuditQuery(), limit: 10)
        #expect(page.rows.isEmpty && page.next == nil)
    }

    @Test func `each row is chained to the one before it`() async throws {
        let store = try Store.inMemory()
        try await Self.add(store, [("local", "a.b", "x"), ("user:alice", "c.d", "y"), ("local", "e.f", "z")])
        let rows = try await store.audit(AuditQuery(), limit: 10).rows.reversed()
        var hash = AuditChain.start
        for row in rows {
            let at = String.fromDatabaseValue(row.at.databaseValue) ?? ""
            hash = AuditChain.hash(hash, row.id, [at, row.actor, row.source, row.action, row.subject, row.detail])
            #expect(row.hash == hash)
        }
        #expect(rows.count == 3)
    }
}
