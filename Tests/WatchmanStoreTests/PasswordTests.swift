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

    private static func confirm(
        _ fixture: StoreFixture, _ id: String, _ version: Int, policy: PasswordPolicy = PasswordPolicy(),
        now: Date = now
    ) async throws {
        try await fixture.store.confirmPassword(device: id, version: version, policy: policy, now: now)
    }

    /// Gives a device this many passwords, one after the other, each confirmed.
    private static func rotate(_ fixture: StoreFixture, _ id: String, _ versions: ClosedRange<Int>) async throws {
        for version in versions {
            _ = try await fixture.store.rotatePassword(id, actor: "local", now: self.now)
            _ = try await self.pending(fixture, id)
            try await self.confirm(fixture, id, version)
        }
    }

    @Test func `the pending password stays the same until it is confirmed`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        let first = try await Self.pending(fixture, id)
        #expect(first.version == 1 && first.state == .pending && first.sealed == Data("sealed 1".utf8))
        let again = try await fixture.store.pendingPassword(device: id, now: Self.now) { _ in Data("another".utf8) }
        #expect(again.version == 1 && again.sealed == first.sealed)
        try await Self.confirm(fixture, id, 1)
        _ = try await fixture.store.rotatePassword(id, actor: "local", now: Self.now)
        #expect(try await Self.pending(fixture, id).version == 2)
    }

    @Test func `a device gets no password that is not due`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        try await Self.rotate(fixture, id, 1...2)
        let error = await #expect(throws: WatchmanError.self) { try await Self.pending(fixture, id) }
        #expect(error == WatchmanError(.conflict, "no root password waits for this device"))
        #expect(try await Self.states(fixture, id) == ["1 past", "2 current"])
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
            try await Self.rotate(fixture, id, version...version)
            try await Self.confirm(fixture, id, version)
        }
        #expect(try await Self.states(fixture, id) == ["1 past", "2 past", "3 current"])
        #expect(try await fixture.audit(id).count { $0.contains("password.confirm") } == 3)
    }

    @Test(arguments: [0, 1, 4, -1]) func `a version that does not wait is a conflict`(version: Int) async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        try await Self.rotate(fixture, id, 1...2)
        _ = try await fixture.store.rotatePassword(id, actor: "local", now: Self.now)
        _ = try await Self.pending(fixture, id)
        let error = await #expect(throws: WatchmanError.self) {
            try await Self.confirm(fixture, id, version)
        }
        #expect(error == WatchmanError(.conflict, "password version \(version) is not the one that waits"))
        #expect(try await Self.states(fixture, id) == ["1 past", "2 current", "3 pending"])
    }

    @Test func `another device's version is not mine`() async throws {
        let fixture = try await StoreFixture()
        let (one, other) = (try await fixture.device().device.id, try await fixture.device().device.id)
        _ = try await Self.pending(fixture, one)
        await #expect(throws: WatchmanError.self) {
            try await Self.confirm(fixture, other, 1)
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
        try await Self.confirm(fixture, id, 1)
        #expect(try await !fixture.checkIn(id, 3).passwordIsPending)
        _ = try await fixture.store.rotatePassword(id, actor: "local", now: Self.now)
        #expect(try await fixture.checkIn(id, 4).passwordIsPending)
        _ = try await Self.pending(fixture, id)
        #expect(try await fixture.checkIn(id, 5).passwordIsPending)
        try await fixture.store.write { db in try db.execute(sql: "UPDATE device SET escrowsRootPassword = 0") }
        #expect(try await !fixture.checkIn(id, 6).passwordIsPending)
    }

    @Test func `of those that were replaced the last five are kept`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        try await Self.rotate(fixture, id, 1...8)
        #expect(
            try await Self.states(fixture, id)
                == ["3 past", "4 past", "5 past", "6 past", "7 past", "8 current"])
        try await Self.rotate(fixture, id, 9...9)
        #expect(try await Self.states(fixture, id).first == "4 past")
    }

    @Test func `a confirmed password is due after its age, a tenth more or less`() async throws {
        let fixture = try await StoreFixture()
        var dues: Set<Date> = []
        for _ in 0..<20 {
            let id = try await fixture.device().device.id
            try await Self.rotate(fixture, id, 1...1)
            let standing = try #require(try await fixture.store.passwordStanding(device: id))
            #expect(standing.version == 1 && standing.setAt == Self.now && standing.pendingSince == nil)
            let due = try #require(standing.dueAt)
            #expect((27.0...33.0).contains(due.timeIntervalSince(Self.now) / 86400))
            dues.insert(due)
            #expect(try await !fixture.checkIn(id, 1, now: due - 1).passwordIsPending)
            #expect(try await fixture.checkIn(id, 2, now: due).passwordIsPending)
        }
        #expect(dues.count > 15)
    }

    @Test func `with no age nothing is due until someone asks`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        _ = try await Self.pending(fixture, id)
        try await Self.confirm(fixture, id, 1, policy: PasswordPolicy(maxAge: nil))
        #expect(try await fixture.store.passwordStanding(device: id)?.dueAt == nil)
        #expect(try await !fixture.checkIn(id, 1, now: Self.now + 1e9).passwordIsPending)
    }

    @Test func `the devices that a selector means are rotated at once, within the caller's scope`() async throws {
        let fixture = try await StoreFixture()
        var ids: [String: String] = [:]
        for (name, tags) in [("a", ["site=berlin"]), ("b", ["site=berlin", "arm"]), ("c", ["arm"])] {
            let token = try await fixture.token(tags: tags)
            ids[name] = try await fixture.register(token, name: name).info.device.id
        }
        for id in ids.values { try await Self.rotate(fixture, id, 1...1) }
        let due: () async throws -> Set<String> = {
            Set(
                try await fixture.store.read { db in
                    try String.fetchAll(
                        db, sql: "SELECT name FROM device WHERE rotatePasswordAt <= ?", arguments: [Self.now])
                })
        }
        let scoped = Principal(name: "user:ann", scope: try DeviceSelector("site=berlin"))
        let count = try await fixture.store.rotatePasswords(try DeviceSelector("arm"), actor: scoped, now: Self.now)
        #expect(count == 1)
        #expect(try await due() == ["b"])
        #expect(try await fixture.audit("arm") == ["user:ann password.rotate devices=1"])
        try await fixture.store.write { db in
            try db.execute(sql: "UPDATE device SET escrowsRootPassword = 0 WHERE name = 'c'")
        }
        #expect(try await fixture.store.rotatePasswords(try DeviceSelector("all"), actor: "local", now: Self.now) == 2)
        #expect(try await due() == ["a", "b"])
        let error = await #expect(throws: WatchmanError.self) {
            try await fixture.store.rotatePassword("c", actor: "local", now: Self.now)
        }
        #expect(error == WatchmanError(.conflict, "the server does not hold the root password of c"))
    }

    @Test func `a reveal is recorded with its reason, shows what may be in force, and plans a rotation`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device(name: "tower").device.id
        let nothing = try await Self.reveal(fixture, id)
        #expect(nothing.passwords.isEmpty && nothing.dueAt == nil)
        try await Self.rotate(fixture, id, 1...2)
        let before = try await fixture.store.passwordStanding(device: id)?.dueAt
        let answer = try await Self.reveal(fixture, "tow", actor: Principal(name: "key:abc", source: "192.0.2.9"))
        #expect(answer.device.device.id == id)
        #expect(answer.passwords.map(\.version) == [2])
        #expect(answer.dueAt == Self.now + 3600 && before != answer.dueAt)
        #expect(try await fixture.audit(id).last == "key:abc password.reveal tower: console")
        let all = try await Self.reveal(fixture, id, withHistory: true)
        #expect(all.passwords.map(\.version) == [2, 1])
        #expect(try await fixture.audit(id).last == "local password.reveal tower, with history: console")
        #expect(try await fixture.checkIn(id, 1, now: Self.now + 3600).passwordIsPending)
        #expect(try await fixture.count("SELECT COUNT(*) FROM audit WHERE source = '192.0.2.9'") == 1)
    }

    @Test func `one that was seen while it waited is replaced soon after it is set`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        _ = try await Self.pending(fixture, id)
        _ = try await Self.reveal(fixture, id)
        try await Self.confirm(fixture, id, 1, now: Self.now + 60)
        #expect(try await fixture.store.passwordStanding(device: id)?.dueAt == Self.now + 3600)
        _ = try await fixture.store.pendingPassword(device: id, now: Self.now + 3600) { Data("sealed \($0)".utf8) }
        try await Self.confirm(fixture, id, 2, now: Self.now + 3660)
        let due = try #require(try await fixture.store.passwordStanding(device: id)?.dueAt)
        #expect(due > Self.now + 86400, "nobody has seen the second one")
    }

    @Test(arguments: ["", " ", "\n", "\u{1b}", String(repeating: "a", count: 201)])
    func `a reveal without a reason shows and records nothing`(reason: String) async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        try await Self.rotate(fixture, id, 1...1)
        let before = try await fixture.count("SELECT COUNT(*) FROM audit")
        let error = await #expect(throws: WatchmanError.self) { try await Self.reveal(fixture, id, reason: reason) }
        #expect(error?.code == .invalid)
        #expect(try await fixture.count("SELECT COUNT(*) FROM audit") == before)
    }

    @Test func `a reveal of nobody's password, or of one that is not held, is not recorded`() async throws {
        let fixture = try await StoreFixture()
        let error = await #expect(throws: WatchmanError.self) { try await Self.reveal(fixture, "nobody") }
        #expect(error?.code == .notFound)
        #expect(try await fixture.count("SELECT COUNT(*) FROM audit") == 0)
        let id = try await fixture.device(name: "tower").device.id
        try await fixture.store.write { db in try db.execute(sql: "UPDATE device SET escrowsRootPassword = 0") }
        let other = await #expect(throws: WatchmanError.self) { try await Self.reveal(fixture, id) }
        #expect(other == WatchmanError(.notFound, "the server does not hold the root password of tower"))
        #expect(try await fixture.count("SELECT COUNT(*) FROM audit WHERE action = 'password.reveal'") == 0)
    }

    @Test func `plans follow the policy, and what a person caused stays`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        try await Self.rotate(fixture, id, 1...1)
        let due: () async throws -> Date? = { try await fixture.store.passwordStanding(device: id)?.dueAt }
        let (now, day) = (Self.now, 86400.0)
        let usual = try await due()
        try await fixture.store.planRotations(PasswordPolicy(), now: now + day)
        #expect(try await due() == usual, "what fits is left alone")
        try await fixture.store.planRotations(PasswordPolicy(maxAge: 7 * 86400), now: now + day)
        let week = try #require(try await due())
        #expect((6.3...7.7).contains(week.timeIntervalSince(now) / day))
        try await fixture.store.planRotations(PasswordPolicy(maxAge: 7 * 86400), now: now + 30 * day)
        let late = try #require(try await due())
        #expect(late == week, "what is overdue is not put off")
        try await fixture.store.planRotations(PasswordPolicy(maxAge: nil), now: now)
        #expect(try await due() == nil)
        try await fixture.store.planRotations(PasswordPolicy(), now: now + 100 * day)
        let again = try #require(try await due())
        #expect((100.0...101.0).contains(again.timeIntervalSince(now) / day), "spread over a day")
        _ = try await Self.reveal(fixture, id)
        try await fixture.store.planRotations(PasswordPolicy(maxAge: nil), now: now)
        #expect(try await due() == now + 3600)
    }

    @discardableResult
    private static func reveal(
        _ fixture: StoreFixture, _ id: String, reason: String = "console", withHistory: Bool = false,
        actor: Principal = "local"
    ) async throws -> (device: DeviceInfo, passwords: [RootPassword], dueAt: Date?) {
        try await fixture.store.revealPasswords(
            id, RevealRequest(reason: reason, includesHistory: withHistory), policy: PasswordPolicy(), actor: actor,
            now: self.now)
    }

    private static func states(_ fixture: StoreFixture, _ id: String) async throws -> [String] {
        try await fixture.store.read { db in
            try RootPassword.order(sql: "version").fetchAll(db).filter { $0.deviceID == id }
                .map { "\($0.version) \($0.state.rawValue)" }
        }
    }
}
