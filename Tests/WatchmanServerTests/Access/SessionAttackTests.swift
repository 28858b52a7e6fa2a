import Foundation
import HTTPTypes
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// Sessions that someone fixed, kept or stole.
@Suite struct SessionAttackTests {
    private static let form = ["name": "alice", "password": BrowserFixture.password]

    /// What a thief may have set in the browser before its owner signs in.
    @Test(arguments: ["x", String(repeating: "a", count: 40), "", "a b", "\u{e9}", "' OR 1=1 --"])
    func `a session that was fixed beforehand opens nothing`(planted: String) async throws {
        try await ServerFixture.with { fixture in
            _ = try await fixture.user("alice", .admin)
            let cookie = "\(SessionCookie.name)=\(planted)"
            let answer = try await fixture.stranger.post("/sign-in", Self.form, headers: ["Cookie": cookie])
            let token = try #require(answer.token)
            #expect(answer.status == 303 && token != planted && token.utf8.count == 40)
            let thief = BrowserFixture(server: fixture, token: Secret(planted))
            #expect(try await thief.get("/account").status == 303)
        }
    }

    @Test func `signing in anew ends the session before, and two people in one browser do not mix`() async throws {
        try await ServerFixture.with { fixture in
            let before = try await fixture.browser(.viewer)
            _ = try await fixture.user("bob", .viewer)
            let answer = try await before.post("/sign-in", ["name": "bob", "password": BrowserFixture.password])
            let after = BrowserFixture(server: fixture, token: Secret(try #require(answer.token)))
            #expect(try await after.get("/account").text.contains("<h1>bob</h1>"))
            #expect(try await before.get("/account").status == 303)
        }
    }

    enum Ending: CaseIterable, Sendable { case signOut, role, reveal, scope, reset, removal, endAll, password }

    private static func end(_ fixture: ServerFixture, _ browser: BrowserFixture, _ ending: Ending) async throws {
        let (store, now) = (fixture.fleet.store, Date())
        switch ending {
        case .signOut: _ = try await browser.post("/sign-out")
        case .role: _ = try await store.changeUser("alice", UserChange(role: .operator), actor: "local", now: now)
        case .reveal: _ = try await store.changeUser("alice", UserChange(mayReveal: true), actor: "local", now: now)
        case .scope: _ = try await store.changeUser("alice", UserChange(scope: "a"), actor: "local", now: now)
        case .reset: _ = try await fixture.fleet.resetUser("alice", actor: "local", now: now)
        case .removal: _ = try await store.removeUser("alice", actor: "local", now: now)
        case .endAll: _ = try await store.endSessions(of: "alice", actor: "local", now: now)
        case .password:
            let new = "another horse for it"
            let form = ["old": BrowserFixture.password, "password": new, "again": new]
            #expect(try await browser.post("/account/password", form).status == 303)
        }
    }

    /// Waits until a page listens.
    private static func untilHeard(_ fixture: ServerFixture) async throws {
        while fixture.fleet.changes.listeners == 0 { try await Task.sleep(for: .milliseconds(10)) }
    }

    @Test(arguments: Ending.allCases) func `whatever ends a session ends what is open in it, too`(ending: Ending)
        async throws
    {
        try await ServerFixture.with { fixture in
            let browser = try await fixture.browser(.admin)
            async let events = browser.get("/events")
            try await Self.untilHeard(fixture)
            let clock = ContinuousClock()
            let begin = clock.now
            try await Self.end(fixture, browser, ending)
            let answer = try await browser.get("/devices")
            #expect(answer.status == 303 && answer.location?.hasPrefix("/sign-in") == true, "at once")
            let stream = try await events
            #expect(stream.status == 200 && stream.text.hasPrefix("retry: "))
            // The stream looks every second; the rest is for a machine that does much else.
            #expect(clock.now - begin < .seconds(30))
        }
    }

    @Test(arguments: [Ending.role, .scope, .reset, .removal]) func `keys end with the rights of their owner`(
        ending: Ending
    ) async throws {
        try await ServerFixture.with { fixture in
            let browser = try await fixture.browser(.admin)
            let key = try await fixture.apiKey(actor: "user:alice")
            let headers = ["Authorization": "Bearer \(key.text.revealed)"]
            #expect(try await fixture.call(.get, "/api/v1/keys", .remote, headers: headers).status == 200)
            try await Self.end(fixture, browser, ending)
            #expect(try await fixture.call(.get, "/api/v1/keys", .remote, headers: headers).status == 401)
        }
    }

    @Test func `a key ends with its time`() async throws {
        try await ServerFixture.with { fixture in
            let key = try await fixture.apiKey(lifetime: 3600, now: Date() - 1800)
            let headers = ["Authorization": "Bearer \(key.text.revealed)"]
            #expect(try await fixture.call(.get, "/api/v1/keys", .remote, headers: headers).status == 200)
            let old = try await fixture.apiKey(lifetime: 60, now: Date() - 61)
            let late = ["Authorization": "Bearer \(old.text.revealed)"]
            #expect(try await fixture.call(.get, "/api/v1/keys", .remote, headers: late).status == 401)
        }
    }

    @Test func `events tell a scoped person of their devices alone`() async throws {
        try await ServerFixture.with { fixture in
            let (inside, outside) = (try await fixture.device(), try await fixture.device())
            let store = fixture.fleet.store
            let change = DeviceChange(addTags: ["site=berlin"])
            _ = try await store.change(inside.id, change, actor: "local", now: Date())
            let page = EventsPage(changes: fixture.fleet.changes, store: store)
            let scope = try DeviceSelector("site=berlin")
            let changes = [
                Change.device(outside.id), .tunnel(device: outside.id, isUp: true), .backups, .people, .job("x"),
                .tunnel(device: inside.id, isUp: true),
            ]
            for change in changes {
                let isTheirs = change == changes.last
                #expect(try await page.concerns(change, scope) == isTheirs, "\(change)")
                #expect(try await page.concerns(change, nil), "without a scope")
            }
        }
    }

    @Test func `cookies of one kind are none of the other`() async throws {
        try await ServerFixture.with { fixture in
            let token = try #require(try await fixture.browser(.admin).token).revealed
            for name in [SessionCookie.halfwayName, "watchman", "__Secure-watchman", "__host-watchman"] {
                let headers = ["Cookie": "\(name)=\(token)", "Accept": "text/html"]
                #expect(try await fixture.call(.get, "/account", .remote, headers: headers).status == 303)
            }
        }
    }
}
