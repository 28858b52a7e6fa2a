import Foundation
import GRDB
import Testing
import WatchmanCore

@testable import WatchmanStore

@Suite struct UserTests {
    static let now = StoreFixture.now
    static let hash = Data(repeating: 7, count: 32)

    @Test func `a person is invited, then active, and listed by name`() async throws {
        let store = try await StoreFixture().store
        let bob = try await store.addUser(
            "bob", rights: Rights(role: .viewer), linkHash: Self.hash, actor: "local", now: Self.now)
        _ = try await store.addUser(
            "alice", rights: Rights(role: .admin), linkHash: Data([1]), actor: "local", now: Self.now)
        #expect(bob.state == .invited && bob.role == .viewer && bob.sessions == 0)
        _ = try await store.setPassword(PasswordHash(text: "x"), linkHash: Self.hash, now: Self.now)
        let list = try await store.users(now: Self.now)
        #expect(list.map(\.name) == ["alice", "bob"])
        #expect(list.map(\.state) == [.invited, .active])
    }

    @Test func `a name is taken once, and its form is checked`() async throws {
        let store = try await StoreFixture().store
        _ = try await store.addUser(
            "bob", rights: Rights(role: .viewer), linkHash: Self.hash, actor: "local", now: Self.now)
        let taken = await #expect(throws: WatchmanError.self) {
            try await store.addUser(
                "bob", rights: Rights(role: .admin), linkHash: Data([1]), actor: "local", now: Self.now)
        }
        #expect(taken?.code == .conflict)
        for name in ["", "Bob", "-x", "a b", "a/b", "é", "bob\u{301}", "a\nb", String(repeating: "a", count: 33)] {
            let error = await #expect(throws: WatchmanError.self) {
                try await store.addUser(
                    name, rights: Rights(role: .admin), linkHash: Data([2]), actor: "local", now: Self.now)
            }
            #expect(error?.code == .invalid)
        }
    }

    @Test func `a link ends after a day, with its use and with the next one`() async throws {
        let store = try await StoreFixture().store
        _ = try await store.addUser(
            "bob", rights: Rights(role: .viewer), linkHash: Self.hash, actor: "local", now: Self.now)
        let user = try await store.user(linkHash: Self.hash, now: Self.now + 86399)
        #expect(user.name == "bob")
        await #expect(throws: WatchmanError.self) {
            try await store.user(linkHash: Self.hash, now: Self.now + 86400)
        }
        _ = try await store.resetUser("bob", linkHash: Data([1]), actor: "local", now: Self.now)
        await #expect(throws: WatchmanError.self) { try await store.user(linkHash: Self.hash, now: Self.now) }
        _ = try await store.setPassword(PasswordHash(text: "x"), linkHash: Data([1]), now: Self.now)
        await #expect(throws: WatchmanError.self) {
            try await store.setPassword(PasswordHash(text: "y"), linkHash: Data([1]), now: Self.now)
        }
    }

    @Test func `of fifty uses of a link at once one succeeds`() async throws {
        let store = try await StoreFixture().store
        _ = try await store.addUser(
            "bob", rights: Rights(role: .viewer), linkHash: Self.hash, actor: "local", now: Self.now)
        let uses = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let hash = PasswordHash(text: "\(number)")
                    return (try? await store.setPassword(hash, linkHash: Self.hash, now: Self.now)) != nil
                }
            }
            return await group.reduce(into: 0) { count, isUsed in count += isUsed ? 1 : 0 }
        }
        #expect(uses == 1)
    }

    @Test func `the oldest of too many sessions makes way`() async throws {
        let store = try await StoreFixture().store
        let user = try await Self.active(store)
        for number in 0...Store.sessionsPerUser {
            _ = try await store.openSession(
                user, tokenHash: Data([UInt8(number)]), source: "192.0.2.1", now: Self.now + TimeInterval(number))
        }
        let first = try await store.session(tokenHash: Data([0]), now: Self.now + 60)
        let second = try await store.session(tokenHash: Data([1]), now: Self.now + 60)
        #expect(first == nil && second != nil)
    }

    @Test func `a password that was changed meanwhile opens no session`() async throws {
        let store = try await StoreFixture().store
        let user = try await Self.active(store)
        _ = try await store.resetUser("bob", linkHash: Data([1]), actor: "local", now: Self.now)
        let error = await #expect(throws: WatchmanError.self) {
            try await store.openSession(user, tokenHash: Data([9]), source: "192.0.2.1", now: Self.now)
        }
        #expect(error?.code == .unauthenticated)
    }

    @Test func `every change is audited`() async throws {
        let fixture = try await StoreFixture()
        _ = try await Self.active(fixture.store)
        _ = try await fixture.store.changeUser("bob", UserChange(role: .admin), actor: "local", now: Self.now)
        _ = try await fixture.store.changeUser("bob", UserChange(role: .admin), actor: "local", now: Self.now)
        _ = try await fixture.store.resetUser("bob", linkHash: Data([1]), actor: "user:bob", now: Self.now)
        _ = try await fixture.store.removeUser("bob", actor: "local", now: Self.now)
        let rows = try await fixture.audit("bob")
        #expect(
            rows == [
                "local user.add viewer", "user:bob user.password ", "local user.rights admin", "user:bob user.reset ",
                "local user.remove ",
            ])
    }

    private static func active(_ store: Store) async throws -> User {
        _ = try await store.addUser(
            "bob", rights: Rights(role: .viewer), linkHash: self.hash, actor: "local", now: self.now)
        return try await store.setPassword(PasswordHash(text: "x"), linkHash: self.hash, now: self.now)
    }
}
