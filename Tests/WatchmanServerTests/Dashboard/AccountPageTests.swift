import Foundation
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// What people do with their own account.
@Suite struct AccountPageTests {
    private static let new = "a new horse for the battery"

    @Test func `a new password takes the old one, and other sessions end`() async throws {
        try await ServerFixture.with { fixture in
            let browser = try await fixture.browser(.viewer)
            let sign = ["name": "alice", "password": BrowserFixture.password]
            let other = BrowserFixture(
                server: fixture, token: try await fixture.stranger.post("/sign-in", sign).token.map(Secret.init))
            let form = ["old": BrowserFixture.password, "password": Self.new, "again": Self.new]
            let changed = try await browser.post("/account/password", form)
            #expect(changed.status == 303 && changed.location == "/account")
            let token = try #require(changed.token)
            #expect(token != browser.token?.revealed, "this session goes on under another token")
            #expect(try await BrowserFixture(server: fixture, token: Secret(token)).get("/account").status == 200)
            #expect(try await other.get("/account").status == 303)
            #expect(try await browser.get("/account").status == 303)
            #expect(try await fixture.stranger.post("/sign-in", sign).status == 401)
            #expect(
                try await fixture.stranger.post("/sign-in", ["name": "alice", "password": Self.new]).status == 303)
        }
    }

    @Test(arguments: [
        ("wrong wrong wrong", Self.new, Self.new, "another"), (BrowserFixture.password, Self.new, "x", "not the same"),
        (BrowserFixture.password, "short", "short", "12 to 256"), ("", Self.new, Self.new, "another"),
        (BrowserFixture.password, "alice alice alice", "alice alice alice", "too easy"),
    ])
    func `what will not do is told and changes nothing`(old: String, new: String, again: String, problem: String)
        async throws
    {
        try await ServerFixture.with { fixture in
            let browser = try await fixture.browser(.viewer)
            let answer = try await browser.post("/account/password", ["old": old, "password": new, "again": again])
            #expect(answer.status == 400 && answer.token == nil && answer.text.contains(problem))
            #expect(try await browser.get("/account").status == 200)
            let sign = ["name": "alice", "password": BrowserFixture.password]
            #expect(try await fixture.stranger.post("/sign-in", sign).status == 303)
        }
    }

    @Test func `guessing the password from a stolen session is slowed down, too`() async throws {
        try await ServerFixture.with { fixture in
            let browser = try await fixture.browser(.viewer)
            let form = ["old": "wrong wrong wrong", "password": Self.new, "again": Self.new]
            // Each failure doubles the wait: however slow the machine, one of these tries comes too early.
            var statuses: [Int] = []
            while statuses.last != 503 && statuses.count < 12 {
                statuses.append(try await browser.post("/account/password", form).status)
            }
            #expect(statuses.last == 503 && statuses.count > 4 && statuses.dropLast().allSatisfy { $0 == 400 })
        }
    }
}
