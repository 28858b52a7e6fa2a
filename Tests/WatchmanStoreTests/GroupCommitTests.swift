import Foundation
import GRDB
import Synchronization
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanStore

@Suite struct GroupCommitTests {
    private struct Refused: Error {}

    /// Runs many writers while the database is held up, so that they fill a queue together.
    private static func gathering(
        _ store: Store, _ count: Int, _ write: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        let gate = DispatchSemaphore(value: 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await store.write { _ in gate.wait() } }
            for number in 0..<count { group.addTask { try await write(number) } }
            // Those that come after the gate opens are only in a later transaction.
            await Task.yield()
            gate.signal()
            try await group.waitForAll()
        }
    }

    private static func names(_ store: Store) async throws -> [Int] {
        try await store.read { db in try Int.fetchAll(db, sql: "SELECT slot FROM fleetSample ORDER BY slot") }
    }

    private static func insert(_ db: Database, _ number: Int) throws {
        try db.execute(sql: "INSERT INTO fleetSample VALUES (?, 0, 0)", arguments: [number])
    }

    @Test func `of many writers at once each gets its own answer`() async throws {
        let store = try Store.inMemory()
        let answers = Mutex<[Int]>([])
        try await Self.gathering(store, 1000) { number in
            let answer = try await store.write { db in
                try Self.insert(db, number)
                return number
            }
            answers.withLock { $0.append(answer) }
        }
        #expect(answers.withLock { $0.sorted() } == Array(0..<1000))
        #expect(try await Self.names(store) == Array(0..<1000))
    }

    @Test func `a writer that fails is undone alone`() async throws {
        let store = try Store.inMemory()
        let failed = Mutex<[Int]>([])
        try await Self.gathering(store, 60) { number in
            do {
                try await store.write { db in
                    try Self.insert(db, number)
                    if number % 3 == 0 { throw Refused() }
                    if number % 3 == 1 { try Self.insert(db, number) }
                }
            } catch is Refused {
                failed.withLock { $0.append(number) }
            } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
                failed.withLock { $0.append(number) }
            }
        }
        #expect(failed.withLock { $0.sorted() } == (0..<60).filter { $0 % 3 < 2 })
        #expect(try await Self.names(store) == (0..<60).filter { $0 % 3 == 2 })
    }

    @Test func `a writer that is cancelled before its turn writes nothing, the others do`() async throws {
        let store = try Store.inMemory()
        let gate = DispatchSemaphore(value: 0)
        let holder = Task { try await store.write { _ in gate.wait() } }
        let cancelled = Task { try await store.write { db in try Self.insert(db, 1) } }
        let kept = Task { try await store.write { db in try Self.insert(db, 2) } }
        cancelled.cancel()
        gate.signal()
        try await holder.value
        try await kept.value
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        #expect(try await Self.names(store) == [2])
    }

    @Test func `what was answered is in the file, and a full disk is told to those it concerns`() async throws {
        try await TemporaryFolder.with { folder in
            let store = try Store(path: "\(folder)/watchman.db")
            try await store.write { db in
                let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
                try db.execute(sql: "PRAGMA max_page_count = \(pages + 2)")
            }
            let taken = Mutex<[Int]>([])
            try await Self.gathering(store, 2000) { number in
                do {
                    try await store.write { db in try Self.insert(db, number) }
                    taken.withLock { $0.append(number) }
                } catch let error as WatchmanError {
                    #expect(error == WatchmanError(.exhausted, "the server's disk is full"))
                }
            }
            let names = try await Self.names(try Store(path: "\(folder)/watchman.db"))
            #expect(taken.withLock { $0.sorted() } == names)
            #expect(names.count < 2000)
        }
    }
}
