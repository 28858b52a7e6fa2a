import Foundation
import Testing
import WatchmanCore

@testable import WatchmanStore

/// What people and keys hand out, and what ends with them.
@Suite struct RightsStoreTests {
    static let now = StoreFixture.now

    private static func user(_ store: Store, _ name: String, _ rights: Rights) async throws {
        _ = try await store.addUser(
            name, rights: rights, linkHash: Data(name.utf8), actor: "local", now: self.now)
    }

    private static func key(_ store: Store, _ actor: Principal, _ role: Role = .admin, mayReveal: Bool = false)
        async throws -> APIKey
    {
        let request = APIKeyRequest(name: "laptop", role: role, mayReveal: mayReveal)
        return try await store.create(
            Credential(new: .apiKey, pin: StoreFixture.pin), request, actor: actor, now: self.now)
    }

    private static func refused(_ code: WatchmanError.Code, _ body: () async throws -> Void) async {
        let error = await #expect(throws: WatchmanError.self) { try await body() }
        #expect(error?.code == code)
    }

    @Test func `nobody makes a person or key that may more than they do`() async throws {
        let store = try await StoreFixture().store
        try await Self.user(store, "alice", Rights(role: .admin))
        let secret = Rights(role: .viewer, mayReveal: true)
        await Self.refused(.forbidden) {
            _ = try await store.addUser("bob", rights: secret, linkHash: Data([1]), actor: "user:alice", now: Self.now)
        }
        await Self.refused(.forbidden) { _ = try await Self.key(store, "user:alice", .viewer, mayReveal: true) }
        let key = try await Self.key(store, "user:alice")
        await Self.refused(.forbidden) { _ = try await Self.key(store, "key:\(key.id)", .viewer, mayReveal: true) }
        #expect(try await store.users(now: Self.now).map(\.name) == ["alice"])
        #expect(try await store.apiKeys().map(\.id) == [key.id])
    }

    @Test func `nobody raises a person above themselves, themselves included`() async throws {
        let store = try await StoreFixture().store
        try await Self.user(store, "alice", Rights(role: .admin))
        try await Self.user(store, "bob", Rights(role: .viewer))
        for name in ["alice", "bob"] {
            await Self.refused(.forbidden) {
                _ = try await store.changeUser(name, UserChange(mayReveal: true), actor: "user:alice", now: Self.now)
            }
        }
        #expect(try await store.users(now: Self.now).allSatisfy { !$0.mayReveal })
    }

    @Test func `rights can be taken from a person who has more`() async throws {
        let store = try await StoreFixture().store
        try await Self.user(store, "alice", Rights(role: .admin))
        try await Self.user(store, "bob", Rights(role: .admin, mayReveal: true))
        let change = UserChange(role: .viewer)
        let update = try await store.changeUser("bob", change, actor: "user:alice", now: Self.now)
        #expect(update.user.role == .viewer && update.user.mayReveal && update.ended == ["user:bob"])
        let scoped = try await store.changeUser("bob", UserChange(scope: "site=a"), actor: "user:alice", now: Self.now)
        #expect(scoped.user.scope == "site=a")
        let open = try await store.changeUser("bob", UserChange(scope: "all"), actor: "local", now: Self.now)
        #expect(open.user.scope == nil)
        let same = try await store.changeUser("bob", UserChange(scope: "all"), actor: "local", now: Self.now)
        #expect(same.ended.isEmpty)
    }

    @Test func `nobody takes over a person who may more, by a new link`() async throws {
        let store = try await StoreFixture().store
        try await Self.user(store, "alice", Rights(role: .admin))
        try await Self.user(store, "bob", Rights(role: .viewer, mayReveal: true))
        await Self.refused(.forbidden) {
            _ = try await store.resetUser("bob", linkHash: Data([9]), actor: "user:alice", now: Self.now)
        }
        _ = try await store.resetUser("bob", linkHash: Data([9]), actor: "local", now: Self.now)
    }

    @Test func `a key belongs to the person who made it, or whose key did`() async throws {
        let store = try await StoreFixture().store
        try await Self.user(store, "alice", .all)
        let first = try await Self.key(store, "user:alice")
        let second = try await Self.key(store, "key:\(first.id)")
        let local = try await Self.key(store, "local")
        let child = try await Self.key(store, "key:\(local.id)")
        #expect([first, second, local, child].map(\.owner) == ["user:alice", "user:alice", nil, "key:\(local.id)"])
        let gone = try await store.revokeAPIKey(local.id, actor: "local", now: Self.now)
        #expect(gone.ended == ["key:\(local.id)", "key:\(child.id)"])
    }

    enum Ending: CaseIterable, Sendable { case removal, reset, demotion }

    @Test(arguments: Ending.allCases) func `a person's keys end with their rights`(ending: Ending) async throws {
        let store = try await StoreFixture().store
        try await Self.user(store, "alice", .all)
        let (strong, weak) = (try await Self.key(store, "user:alice"), try await Self.key(store, "user:alice", .viewer))
        let other = try await Self.key(store, "local")
        let update =
            switch ending {
            case .removal: try await store.removeUser("alice", actor: "local", now: Self.now)
            case .reset: try await store.resetUser("alice", linkHash: Data([9]), actor: "local", now: Self.now)
            case .demotion:
                try await store.changeUser("alice", UserChange(role: .operator), actor: "local", now: Self.now)
            }
        let ended = ending == .demotion ? [strong] : [strong, weak]
        #expect(Set(update.ended) == Set(["user:alice"] + ended.map(\.actor)))
        let active = try await store.apiKeys().filter { $0.state(at: Self.now) == .active }.map(\.id)
        #expect(Set(active) == Set([other.id] + (ending == .demotion ? [weak.id] : [])))
    }

    @Test func `who is gone, revoked or expired hands out nothing`() async throws {
        let store = try await StoreFixture().store
        let (key, child) = (try await Self.key(store, "local"), try await Self.key(store, "local"))
        _ = try await store.revokeAPIKey(key.id, actor: "local", now: Self.now)
        let late = Self.now + TimeInterval(APIKeyRequest.usualLifetime)
        for (actor, now) in [
            ("user:nobody", Self.now), (key.actor, Self.now), (child.actor, late), ("device:x", Self.now),
            ("anyone", Self.now), ("", Self.now), ("local:x", Self.now),
        ] {
            await Self.refused(.unauthenticated) {
                _ = try await store.addUser(
                    "bob", rights: Rights(role: .viewer), linkHash: Data([1]), actor: Principal(name: actor), now: now)
            }
        }
    }

    @Test(arguments: [-1, 3650 * 86400 + 1]) func `a key lives for a time in reason`(lifetime: Int) async throws {
        let store = try await StoreFixture().store
        await Self.refused(.invalid) {
            _ = try await store.create(
                Credential(new: .apiKey, pin: StoreFixture.pin),
                APIKeyRequest(name: "x", role: .viewer, lifetime: lifetime), actor: "local", now: Self.now)
        }
    }
}
