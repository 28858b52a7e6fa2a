import Foundation
import Logging
import Synchronization
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

@Suite struct AuditJournalTests {
    /// A log whose lines can be read.
    private final class Lines: Sendable {
        private let lines = Mutex<[Logger.Metadata]>([])
        var all: [Logger.Metadata] { self.lines.withLock { $0 } }
        func add(_ line: Logger.Metadata) { self.lines.withLock { $0.append(line) } }
    }

    private struct Handler: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { self.metadata[key] }
            set { self.metadata[key] = newValue }
        }
        func log(event: LogEvent) { self.lines.add(event.metadata ?? [:]) }
    }

    private static func journal(_ store: Store, _ lines: Lines) -> AuditJournal {
        AuditJournal(store: store, logger: Logger(label: "test") { _ in Handler(lines: lines) })
    }

    private static func add(_ store: Store, _ count: Int) async throws {
        try await store.write { db in
            for number in 0..<count {
                try Store.audit(db, Date(), actor: Principal(name: "user:a", source: "::1"), "a.b", "s\(number)", "d")
            }
        }
    }

    @Test func `every row is written once and in order, with its hash, also after a restart`() async throws {
        let (store, lines) = (try Store.inMemory(), Lines())
        try await Self.add(store, 1200)
        let journal = Self.journal(store, lines)
        for _ in 0..<2 { await journal.writeOn() }
        try await Self.add(store, 3)
        await Self.journal(store, lines).writeOn()
        let rows = try await store.auditTrail(after: 0, limit: 2000)
        #expect(lines.all.compactMap { $0["id"]?.description } == rows.map { "\($0.id)" })
        #expect(lines.all.compactMap { $0["hash"]?.description } == rows.map(\.hash))
        #expect(
            lines.all.first?.keys.sorted() == ["action", "actor", "at", "detail", "hash", "id", "source", "subject"])
        #expect(rows.count == 1203)
    }

    @Test func `rows whose place was not noted any more are written again`() async throws {
        let (store, lines) = (try Store.inMemory(), Lines())
        try await Self.add(store, 3)
        await Self.journal(store, lines).writeOn()
        try await store.set(Store.journalPlace, "1")
        await Self.journal(store, lines).writeOn()
        #expect(lines.all.compactMap { $0["id"]?.description } == ["1", "2", "3", "2", "3"])
    }
}
