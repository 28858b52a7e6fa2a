import Foundation
import GRDB
import Synchronization
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// Who a person of the provider is here.
@Suite struct ProviderPeopleTests {
    private static let roles: [Role: [String]] = [.admin: ["ops", "root"], .operator: ["support"], .viewer: ["staff"]]

    private static func grouped(
        _ body: @escaping @Sendable (ServerFixture, FakeProvider) async throws -> Void
    ) async throws {
        try await FakeProvider.with({ $0.roles = self.roles }, body)
    }

    @Test func `without groups only those enter whom an admin added`() async throws {
        try await FakeProvider.with { fixture, provider in
            provider.manners.withLock { $0.claims["groups"] = ["ops"] }
            let answer = try await Trip.sign(fixture, provider)
            #expect(answer.status == 403 && answer.text.contains("alice may not enter here: ask an admin"))
            try await fixture.expect("alice", .operator)
            let before = try await fixture.fleet.store.users(now: Date())[0]
            #expect(before.state == .invited && before.provider == provider.issuer)
            #expect(try await Trip.sign(fixture, provider).status == 200)
            let after = try await fixture.fleet.store.users(now: Date())[0]
            #expect(after.state == .active && after.sessions == 1 && after.role == .operator)
            #expect(after.lastSignInAt != nil && !after.hasSecondFactor)
        }
    }

    @Test func `a name is bound to the first one, and stays theirs`() async throws {
        try await FakeProvider.with { fixture, provider in
            try await fixture.expect("alice")
            #expect(try await Trip.sign(fixture, provider).status == 200)
            // Someone else is given the name there.
            provider.manners.withLock { $0.claims["sub"] = "subject-2" }
            let other = try await Trip.sign(fixture, provider)
            #expect(other.status == 403 && other.text.contains("someone else"))
            // The first one is called otherwise there.
            provider.manners.withLock { $0.claims = ["preferred_username": "bob"] }
            let answer = try await Trip.sign(fixture, provider)
            let visitor = try await fixture.signIn.visitor(Secret(answer.token ?? ""), now: Date())
            #expect(visitor?.name == "alice" && visitor?.session.provenAt != nil)
            #expect(try await fixture.person("bob") == nil)
        }
    }

    @Test(arguments: [true, false]) func `who has a password or an open link here is never taken for another`(
        hasPassword: Bool
    ) async throws {
        try await Self.grouped { fixture, provider in
            provider.manners.withLock { $0.claims["groups"] = ["ops"] }
            if hasPassword {
                _ = try await fixture.user("alice", .admin)
            } else {
                let request = UserRequest(name: "alice", role: .admin)
                _ = try await fixture.fleet.addUser(request, actor: "local", now: Date())
            }
            let before = try await fixture.person("alice")
            let answer = try await Trip.sign(fixture, provider)
            #expect(answer.status == 403 && answer.token == nil)
            let after = try await fixture.person("alice")
            #expect(after?.subject == nil && after?.issuer == nil && after?.passwordHash == before?.passwordHash)
        }
    }

    @Test func `who signs in at the provider has no password here, and no link makes one`() async throws {
        try await FakeProvider.with { fixture, provider in
            try await fixture.expect("alice")
            let error = await #expect(throws: WatchmanError.self) {
                try await fixture.fleet.resetUser("alice", actor: "local", now: Date())
            }
            #expect(error?.code == .conflict)
            for password in ["", BrowserFixture.password] {
                let answer = try await fixture.stranger.post("/sign-in", ["name": "alice", "password": password])
                #expect(answer.status == 401)
            }
        }
    }

    @Test func `another provider's alice is not ours`() async throws {
        try await FakeProvider.with { fixture, provider in
            var other = fixture
            other.fleet.issuer = "https://old.example"
            try await other.expect("alice")
            #expect(try await Trip.sign(fixture, provider).status == 403)
        }
    }

    static let highest: [([String], Role)] = [
        (["ops"], .admin), (["support", "ops"], .admin), (["staff", "support"], .operator), (["staff"], .viewer),
    ]

    @Test(arguments: highest) func `a new person has the role of their groups, and nothing else`(
        groups: [String], role: Role
    ) async throws {
        try await Self.grouped { fixture, provider in
            provider.manners.withLock { $0.claims["groups"] = .array(groups.map { .text($0) }) }
            #expect(try await Trip.sign(fixture, provider).status == 200)
            let user = try #require(try await fixture.person("alice"))
            #expect(user.role == role && !user.mayReveal && user.scope == nil && user.passwordHash == nil)
        }
    }

    static let noGroups: [JSON] = [[], ["other"], ["OPS"], ["ops "], .null, 7, ["a": "ops"], "ops,staff", [["ops"]]]

    @Test(arguments: noGroups) func `whose groups have no role does not enter`(groups: JSON) async throws {
        try await Self.grouped { fixture, provider in
            provider.manners.withLock { $0.claims["groups"] = groups }
            let answer = try await Trip.sign(fixture, provider)
            #expect(answer.status == 403 && answer.token == nil)
            #expect(try await fixture.person("alice") == nil)
        }
    }

    @Test func `a role follows the groups, and what was opened with another ends`() async throws {
        try await Self.grouped { fixture, provider in
            let store = fixture.fleet.store
            provider.manners.withLock { $0.claims["groups"] = ["ops"] }
            let old = Secret(try await Trip.sign(fixture, provider).token ?? "")
            let key = Credential(new: .apiKey, pin: fixture.fleet.pin)
            _ = try await store.create(
                key, APIKeyRequest(name: "laptop", role: .admin), actor: "user:alice", now: Date())
            provider.manners.withLock { $0.claims["groups"] = ["staff"] }
            let new = Secret(try await Trip.sign(fixture, provider).token ?? "")
            #expect(try await fixture.signIn.visitor(old, now: Date()) == nil)
            #expect(try await fixture.signIn.visitor(new, now: Date())?.person.role == .viewer)
            await #expect(throws: WatchmanError.self) { try await store.authenticate(key, now: Date()) }
            // The same again ends nothing.
            #expect(try await Trip.sign(fixture, provider).status == 200)
            #expect(try await fixture.signIn.visitor(new, now: Date()) != nil)
            provider.manners.withLock { $0.claims["groups"] = [] }
            #expect(try await Trip.sign(fixture, provider).status == 403)
            #expect(try await fixture.signIn.visitor(new, now: Date()) == nil)
            #expect(try await fixture.sessionCount() == 0)
            let actions = try await store.read { db in
                try String.fetchAll(
                    db,
                    sql: "SELECT action || ' ' || detail FROM audit WHERE actor = 'provider' AND action LIKE 'user.%'")
            }
            #expect(actions == ["user.add admin at \(provider.issuer)", "user.rights viewer", "user.rights none"])
        }
    }

    static let names: [(String, String?)] = [
        ("Alice", nil), ("alice@example.org", "alice"), ("Alice@Example.ORG", "alice"), ("alice@evil.example", nil),
        ("alice@example.org@evil.example", nil), ("@example.org", nil), ("alice@", nil), ("a b", nil), ("", nil),
        ("../x", nil), ("alice\u{301}", nil), ("\u{202e}alice", nil), ("-alice", nil), ("alice\n", nil),
        ("alice@example.org\u{301}", nil), ("a b@example.org", nil), (String(repeating: "a", count: 33), nil),
        ("local", "local"), ("bob.b-1_x", "bob.b-1_x"),
    ]

    @Test(arguments: names) func `what cannot be a name, or is of another domain, is none`(text: String, name: String?)
        async throws
    {
        try await FakeProvider.with({
            $0.domains = ["example.org"]
            $0.roles = Self.roles
        }) { fixture, provider in
            provider.manners.withLock {
                $0.claims.merge(["groups": ["staff"], "preferred_username": .text(text)]) { $1 }
            }
            let answer = try await Trip.sign(fixture, provider)
            #expect(answer.status == (name == nil ? 403 : 200))
            #expect(try await fixture.fleet.store.users(now: Date()).map(\.name) == [name].compactMap { $0 })
        }
    }

    static let proofs: [(JSON, Bool)] = [
        (true, true), (false, false), (.null, false), ("true", false), (1, false),
    ]

    @Test(arguments: proofs)
    func `an address that the provider has not proved is no name`(isVerified: JSON, isGood: Bool) async throws {
        try await FakeProvider.with({
            ($0.domains, $0.userClaim, $0.roles) = (["example.org"], "email", Self.roles)
        }) { fixture, provider in
            provider.manners.withLock {
                $0.claims.merge(
                    ["groups": ["staff"], "email": "alice@example.org", "email_verified": isVerified]) { $1 }
            }
            let answer = try await Trip.sign(fixture, provider)
            #expect(answer.status == (isGood ? 200 : 403))
        }
    }
}
