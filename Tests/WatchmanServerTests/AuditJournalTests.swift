import Foundation
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

@Suite struct AuditJournalTests {
    typealias Log = RequestLogTests.Journal

    private static func add(_ store: Store, _ count: Int) async throws {
        try await store.write { db in
            for number in 0..<count {
                try Store.audit(db, Date(), actor: Principal(name: "user:a", source: "::1"), "a.b", "s\(number)", "d")
            }
        }
    }

    @Test func `every row is written once and in order, with its hash, also after a restart`() async throws {
        let (store, log) = (try Store.inMemory(), Log())
        try await Self.add(store, 1200)
        let journal = AuditJournal(store: store, logger: log.logger)
        for _ in 0..<2 { await journal.writeOn() }
        try await Self.add(store, 3)
        await AuditJournal(store: store, logger: log.logger).writeOn()
        let rows = try await store.auditTrail(after: 0, limit: 2000)
        #expect(log.entries.compactMap { $0.fields["id"] } == rows.map { "\($0.id)" })
        #expect(log.entries.compactMap { $0.fields["hash"] } == rows.map(\.hash))
        #expect(
            log.entries.first?.fields.keys.sorted() == [
                "action", "actor", "at", "detail", "hash", "id", "source", "subject",
            ])
        #expect(rows.count == 1203)
    }

    @Test func `rows whose place was not noted any more are written again`() async throws {
        let (store, log) = (try Store.inMemory(), Log())
        try await Self.add(store, 3)
        await AuditJournal(store: store, logger: log.logger).writeOn()
        try await store.set(Store.journalPlace, "1")
        await AuditJournal(store: store, logger: log.logger).writeOn()
        #expect(log.entries.compactMap { $0.fields["id"] } == ["1", "2", "3", "2", "3"])
    }
}
