import Foundation
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

@Suite struct PeoplePageTests {
    @Test func `a person gets a link that is shown once, a role, and goes`() async throws {
        try await ServerFixture.with { fixture in
            let browser = try await fixture.browser(.admin)
            let added = try await browser.post("/people", ["name": "bob", "role": "viewer"])
            #expect(added.status == 200)
            let link = try #require(added.text.firstMatch(of: /https:\/\/localhost(\/welcome\/[a-z0-9]{26})/)?.output.1)
            #expect(try await fixture.stranger.get(String(link)).text.contains("Welcome, bob"))
            let listed = try await browser.get("/people").text
            #expect(listed.contains("invited") && !listed.contains("/welcome/"))
            let role = try await browser.post("/people/bob/rights", ["role": "operator", "scope": "site=berlin"])
            #expect(role.status == 303)
            let bob = try await fixture.fleet.store.user(named: "bob")
            #expect(bob?.role == .operator && bob?.scope == "site=berlin" && bob?.mayReveal == false)
            let reset = try await browser.post("/people/bob/reset")
            #expect(reset.text.contains("/welcome/") && !reset.text.contains(String(link)))
            #expect(try await browser.post("/people/bob/sign-out").status == 303)
            #expect(try await browser.post("/people/bob/remove").status == 303)
            #expect(try await fixture.fleet.store.user(named: "bob") == nil)
            #expect(try await browser.post("/people/bob/remove").status == 404)
        }
    }

    @Test func `nobody is shown how to remove themselves`() async throws {
        try await ServerFixture.with { fixture in
            let text = try await fixture.browser(.admin).get("/people").text
            #expect(text.contains("/people/alice/sign-out") && !text.contains("/people/alice/remove"))
        }
    }

    @Test func `an API key is shown once, and revoked`() async throws {
        try await ServerFixture.with { fixture in
            let browser = try await fixture.browser(.admin)
            let made = try await browser.post(
                "/people/keys", ["name": "laptop", "role": "operator", "lifetime": "604800"])
            let key = try #require(made.text.firstMatch(of: /wmk1\.[A-Za-z0-9_-]+\.([a-z0-9]+)\.[a-z0-9]+/)?.output)
            let row = try #require(try await fixture.fleet.store.apiKeys().first)
            #expect(row.role == .operator && row.owner == "user:alice")
            #expect(row.expiresAt?.timeIntervalSince(row.createdAt) == 604_800)
            let listed = try await browser.get("/people").text
            #expect(listed.contains(key.1) && !listed.contains("wmk1."))
            #expect(try await browser.post("/people/keys/\(key.1)/revoke").status == 303)
            #expect(try await fixture.fleet.store.apiKeys().first?.revokedAt != nil)
        }
    }

    @Test(arguments: [
        ("/people", ["name": "alice", "role": "viewer"], 409), ("/people", ["name": "<i>", "role": "viewer"], 400),
        ("/people", ["name": "bob", "role": "king"], 400), ("/people", ["name": "bob"], 400),
        ("/people/keys", ["name": "", "role": "viewer"], 400), ("/people/keys", ["name": "k", "role": ""], 400),
        ("/people", ["name": "bob", "role": "viewer", "scope": "a b"], 400),
        ("/people/alice/rights", ["role": "viewer", "scope": "-"], 400),
        ("/people", ["name": "bob", "role": "viewer", "reveal": "yes"], 403),
        ("/people/keys", ["name": "k", "role": "viewer", "lifetime": "soon"], 400),
        ("/people/keys", ["name": "k", "role": "viewer", "lifetime": "-1"], 400),
        ("/people/keys", ["name": "k", "role": "viewer", "reveal": "yes"], 403),
    ])
    func `what cannot be is told`(path: String, form: [String: String], status: Int) async throws {
        try await ServerFixture.with { fixture in
            let answer = try await fixture.browser(.admin).post(path, form)
            #expect(answer.status == status && !answer.text.contains("<i>"))
            #expect(answer.text.contains(status == 403 ? "nobody hands out more" : "role=\"alert\""))
            #expect(try await fixture.fleet.store.users(now: Date()).count == 1)
            #expect(try await fixture.fleet.store.apiKeys().isEmpty)
        }
    }

    @Test func `a person who signs in at the provider gets no link`() async throws {
        try await ServerFixture.with { fixture in
            let browser = try await fixture.browser(.admin)
            let added = try await browser.post("/people", ["name": "bob", "role": "viewer", "provider": "yes"])
            #expect(added.status == 303)
            let bob = try await fixture.fleet.store.user(named: "bob")
            #expect(bob?.issuer == ServerFixture.issuer && bob?.subject == nil && bob?.passwordHash == nil)
            let listed = try await browser.get("/people").text
            #expect(listed.contains("/people/bob/sign-out") == false && !listed.contains("/people/bob/reset"))
            #expect(try await browser.post("/people/bob/reset").status == 409)
        }
    }
}
