import Foundation
import GRDB
import Testing
import WatchmanCore

@testable import WatchmanStore

@Suite struct PasswordTests {
    private static let now = StoreFixture.now

    private static func pending(_ fixture: StoreFixture, _ id: String) async throws -> RootPassword {
        try await fixture.store.pendingPassword(device: id, now: self.now) { Data("sealed \($0)".utf8) }
    }

    @Test func `the pending password stays the same until it is confirmed`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        let first = try await Self.pending(fixture, id)
        #expect(first.version == 1 && first.state == .pending && first.sealed == Data("sealed 1".utf8))
        let again = try await fixture.store.pendingPassword(device: id, now: Self.now) { _ in Data("another".utf8) }
        #expect(again.version == 1 && again.sealed == first.sealed)
        try await fixture.store.confirmPassword(device: id, version: 1, now: Self.now)
        #expect(try await Self.pending(fixture, id).version == 2)
    }

    @Test func `20 devices' calls at once give one password`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        let sealed = try await withThrowingTaskGroup(of: Data.self) { group in
            for number in 0..<20 {
                group.addTask {
                    try await fixture.store.pendingPassword(device: id, now: Self.now) { _ in Data("\(number)".utf8) }
                        .sealed
                }
            }
            return try await group.reduce(into: Set<Data>()) { $0.insert($1) }
        }
        #expect(sealed.count == 1)
    }

    @Test func `a confirmation promotes, twice is no error, and the old one is past`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        for version in 1...3 {
            _ = try await Self.pending(fixture, id)
            try await fixture.store.confirmPassword(device: id, version: version, now: Self.now)
            try await fixture.store.confirmPassword(device: id, version: version, now: Self.now)
        }
        #expect(try await Self.states(fixture, id) == ["1 past", "2 past", "3 current"])
        #expect(try await fixture.audit(id).count { $0.contains("password.confirm") } == 3)
    }

    @Test(arguments: [0, 1, 4, -1]) func `a version that does not wait is a conflict`(version: Int) async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        for confirmed in 1...2 {
            _ = try await Self.pending(fixture, id)
            try await fixture.store.confirmPassword(device: id, version: confirmed, now: Self.now)
        }
        _ = try await Self.pending(fixture, id)
        let error = await #expect(throws: WatchmanError.self) {
            try await fixture.store.confirmPassword(device: id, version: version, now: Self.now)
        }
        #expect(error == WatchmanError(.conflict, "password version \(version) is not the one that waits"))
        #expect(try await Self.states(fixture, id) == ["1 past", "2 current", "3 pending"])
    }

    @Test func `another device's version is not mine`() async throws {
        let fixture = try await StoreFixture()
        let (one, other) = (try await fixture.device().device.id, try await fixture.device().device.id)
        _ = try await Self.pending(fixture, one)
        await #expect(throws: WatchmanError.self) {
            try await fixture.store.confirmPassword(device: other, version: 1, now: Self.now)
        }
        #expect(try await Self.states(fixture, one) == ["1 pending"])
    }

    @Test func `the schema holds one pending and one current password`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        for state in [RootPassword.State.pending, .current] {
            let row = RootPassword(deviceID: id, version: 10, state: state, sealed: Data([1]), createdAt: Self.now)
            let twin = RootPassword(deviceID: id, version: 11, state: state, sealed: Data([1]), createdAt: Self.now)
            await #expect(throws: (any Error).self) {
                try await fixture.store.write { db in
                    try row.insert(db)
                    try twin.insert(db)
                }
            }
        }
        #expect(try await Self.states(fixture, id).isEmpty)
    }

    @Test func `a password is due until the first is confirmed, and never without escrow`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        #expect(try await fixture.checkIn(id, 1).passwordIsPending)
        _ = try await Self.pending(fixture, id)
        #expect(try await fixture.checkIn(id, 2).passwordIsPending)
        try await fixture.store.confirmPassword(device: id, version: 1, now: Self.now)
        #expect(try await !fixture.checkIn(id, 3).passwordIsPending)
        _ = try await Self.pending(fixture, id)
        #expect(try await fixture.checkIn(id, 4).passwordIsPending)
        try await fixture.store.write { db in try db.execute(sql: "UPDATE device SET escrowsRootPassword = 0") }
        #expect(try await !fixture.checkIn(id, 5).passwordIsPending)
    }

    @Test func `a reveal is recorded and shows what may be in force`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device(name: "tower").device.id
        #expect(try await fixture.store.revealPasswords(id, actor: "local", now: Self.now).passwords.isEmpty)
        for version in 1...2 {
            _ = try await Self.pending(fixture, id)
            try await fixture.store.confirmPassword(device: id, version: version, now: Self.now)
        }
        _ = try await Self.pending(fixture, id)
        let answer = try await fixture.store.revealPasswords("tow", actor: "key:abc", now: Self.now)
        #expect(answer.device.device.id == id)
        #expect(Set(answer.passwords.map(\.version)) == [2, 3])
        #expect(try await fixture.audit(id).last == "key:abc password.reveal tower")
        #expect(try await fixture.audit(id).count { $0.contains("password.reveal") } == 2)
    }

    @Test func `a reveal of nobody's password is not recorded`() async throws {
        let fixture = try await StoreFixture()
        let error = await #expect(throws: WatchmanError.self) {
            try await fixture.store.revealPasswords("nobody", actor: "local", now: Self.now)
        }
        #expect(error?.code == .notFound)
        #expect(try await fixture.count("SELECT COUNT(*) FROM audit") == 0)
    }

    private static func states(_ fixture: StoreFixture, _ id: String) async throws -> [String] {
        try await fixture.store.read { db in
            try RootPassword.order(sql: "version").fetchAll(db).filter { $0.deviceID == id }
                .map { "\($0.version) \($0.state.rawValue)" }
        }
    }
}
