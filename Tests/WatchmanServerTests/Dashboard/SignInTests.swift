import Foundation
import GRDB
import HTTPTypes
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// Getting in, staying in and getting out.
@Suite struct SignInTests {
    @Test func `a link leads to a password, once, and the password to a session`() async throws {
        try await ServerFixture.with { fixture in
            let link = try await fixture.fleet.addUser(
                UserRequest(name: "alice", role: .operator), actor: "local", now: Date())
            let path = link.path.revealed
            #expect(link.server == "https://tower.example:8443")
            #expect(link.user.state == .invited)
            let page = try await fixture.stranger.get(path)
            #expect(page.status == 200 && page.text.contains("alice"))
            let form = ["password": BrowserFixture.password, "again": BrowserFixture.password]
            let chosen = try await fixture.stranger.post(path, form)
            #expect(chosen.status == 303 && chosen.location == "/")
            let token = try #require(chosen.token)
            let cookie = try #require(chosen.headers[.setCookie])
            for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"] { #expect(cookie.contains(attribute)) }
            #expect(!cookie.contains("Domain"))
            let visitor = try await fixture.signIn.visitor(Secret(token), now: Date())
            #expect(visitor?.person == Person(actor: "user:alice", role: .operator))
            let again = try await fixture.stranger.post(path, form)
            #expect(again.status == 404 && again.token == nil)
            let gone = try await fixture.stranger.get(path)
            #expect(gone.status == 404)
        }
    }

    @Test func `looking at a link does not use it up`() async throws {
        try await ServerFixture.with { fixture in
            let link = try await fixture.fleet.addUser(
                UserRequest(name: "alice", role: .viewer), actor: "local", now: Date())
            for _ in 0..<3 {
                let page = try await fixture.stranger.get(link.path.revealed)
                #expect(page.status == 200)
            }
        }
    }

    @Test(arguments: [
        ("short", "short", "12 to 256"), ("aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "too easy"),
        ("i am alice and nobody", "i am alice and nobody", "too easy"),
        ("correct horse battery", "correct horse buttery", "not the same"),
    ])
    func `a password that will not do is not taken`(password: String, again: String, problem: String) async throws {
        try await ServerFixture.with { fixture in
            let link = try await fixture.fleet.addUser(
                UserRequest(name: "alice", role: .viewer), actor: "local", now: Date())
            let answer = try await fixture.stranger.post(
                link.path.revealed, ["password": password, "again": again])
            #expect(answer.status == 400 && answer.token == nil)
            #expect(answer.text.contains(problem))
            #expect(!answer.text.contains(password))
        }
    }

    @Test func `the right password opens a new session each time`() async throws {
        try await ServerFixture.with { fixture in
            _ = try await fixture.user("alice", .viewer)
            let form = ["name": "alice", "password": BrowserFixture.password, "next": "/devices?state=offline"]
            let answer = try await fixture.stranger.post("/sign-in", form)
            #expect(answer.status == 303 && answer.location == "/devices?state=offline")
            let other = try await fixture.stranger.post("/sign-in", form)
            #expect(other.token != nil && other.token != answer.token)
        }
    }

    @Test(arguments: [
        ("alice", "correct horse buttery"), ("alice", ""), ("nobody", "correct horse battery"),
        ("ALICE", "correct horse battery"), ("alice\u{301}", "correct horse battery"), ("", ""),
        ("alice' --", "correct horse battery"), ("\u{0}alice", "correct horse battery"),
    ])
    func `whatever is wrong, the answer is the same`(name: String, password: String) async throws {
        try await ServerFixture.with { fixture in
            _ = try await fixture.user("alice", .admin)
            let answer = try await fixture.stranger.post("/sign-in", ["name": name, "password": password])
            #expect(answer.status == 401 && answer.token == nil)
            #expect(answer.text.contains("the name or the password is wrong"))
        }
    }

    @Test func `someone who was invited cannot sign in before the link was used`() async throws {
        try await ServerFixture.with { fixture in
            _ = try await fixture.fleet.addUser(UserRequest(name: "bob", role: .admin), actor: "local", now: Date())
            let answer = try await fixture.stranger.post("/sign-in", ["name": "bob", "password": ""])
            #expect(answer.status == 401)
        }
    }

    @Test(arguments: [
        ("//evil.example", "/"), ("/\\evil.example", "/"), ("https://evil.example", "/"), ("", "/"),
        ("/devices", "/devices"), ("/a\r\nSet-Cookie: x", "/"), ("/\u{e9}", "/"), ("javascript:alert(1)", "/"),
    ])
    func `after signing in nobody is sent elsewhere`(next: String, target: String) async throws {
        try await ServerFixture.with { fixture in
            _ = try await fixture.user("alice", .viewer)
            let form = ["name": "alice", "password": BrowserFixture.password, "next": next]
            let answer = try await fixture.stranger.post("/sign-in", form)
            #expect(answer.location == target)
        }
    }

    @Test func `signing out ends the session for good`() async throws {
        try await ServerFixture.with { fixture in
            let browser = try await fixture.browser(.viewer)
            let answer = try await browser.post("/sign-out")
            #expect(answer.status == 303 && answer.location == "/sign-in" && answer.token == "")
            let token = try #require(browser.token)
            let visitor = try await fixture.signIn.visitor(token, now: Date())
            #expect(visitor == nil)
        }
    }

    @Test func `a session ends after twelve idle hours, and after seven days in any case`() async throws {
        try await ServerFixture.with { fixture in
            let begin = Date()
            let browser = try await fixture.browser(.viewer, now: begin)
            var token = try #require(browser.token)
            for hour in stride(from: 11, through: 165, by: 11) {
                let visitor = try await fixture.signIn.visitor(token, now: begin + TimeInterval(hour * 3600))
                token = try #require(visitor?.newToken)
            }
            let late = try await fixture.signIn.visitor(token, now: begin + 168 * 3600 + 1)
            #expect(late == nil)
            let idle = try await fixture.browser(.viewer, name: "bob", now: begin)
            let idleToken = try #require(idle.token)
            let gone = try await fixture.signIn.visitor(idleToken, now: begin + 12 * 3600 + 1)
            #expect(gone == nil)
        }
    }

    @Test func `the token changes every hour, and the one before is good for a minute more`() async throws {
        try await ServerFixture.with { fixture in
            let begin = Date()
            let browser = try await fixture.browser(.viewer, now: begin)
            let old = try #require(browser.token)
            let rotation = begin + 3601
            let first = try await fixture.signIn.visitor(old, now: rotation)
            let new = try #require(first?.newToken)
            let second = try await fixture.signIn.visitor(old, now: rotation + 30)
            #expect(second != nil && second?.newToken == nil, "only one request gets the new token")
            let late = try await fixture.signIn.visitor(old, now: rotation + 61)
            #expect(late == nil)
            let current = try await fixture.signIn.visitor(new, now: rotation + 61)
            #expect(current != nil)
        }
    }

    enum Ending: CaseIterable, Sendable { case role, reset, removal, signOut }

    @Test(arguments: Ending.allCases) func `what an admin does ends a person's sessions at once`(ending: Ending)
        async throws
    {
        try await ServerFixture.with { fixture in
            let (now, store) = (Date(), fixture.fleet.store)
            let browser = try await fixture.browser(.viewer, now: now)
            switch ending {
            case .role: _ = try await store.changeUser("alice", UserChange(role: .operator), actor: "local", now: now)
            case .reset: _ = try await fixture.fleet.resetUser("alice", actor: "local", now: now)
            case .removal: _ = try await store.removeUser("alice", actor: "local", now: now)
            case .signOut: _ = try await store.endSessions(of: "alice", actor: "local", now: now)
            }
            let token = try #require(browser.token)
            let visitor = try await fixture.signIn.visitor(token, now: now)
            #expect(visitor == nil)
        }
    }

    @Test func `guessing is slowed down for the guesser, not for others`() async throws {
        try await ServerFixture.with { fixture in
            _ = try await fixture.user("alice", .viewer)
            let (signIn, now) = (fixture.signIn, Date())
            let wrong = Secret("wrong wrong wrong")
            for _ in 0..<4 {
                await #expect(throws: WatchmanError.self) {
                    try await signIn.open("alice", wrong, source: "192.0.2.9", now: now)
                }
            }
            let right = Secret(BrowserFixture.password)
            let error = await #expect(throws: WatchmanError.self) {
                try await signIn.open("alice", right, source: "192.0.2.9", now: now)
            }
            #expect(error == WatchmanError(.unavailable, "too many wrong passwords: wait 1 s"))
            _ = try await signIn.open("alice", right, source: "192.0.2.10", now: now)
            _ = try await signIn.open("alice", right, source: "192.0.2.9", now: now + 2)
        }
    }

    @Test func `refused and successful sign-ins are audited, without passwords`() async throws {
        try await ServerFixture.with { fixture in
            _ = try await fixture.user("alice", .viewer)
            _ = try await fixture.stranger.post("/sign-in", ["name": "alice", "password": "not this one at all"])
            _ = try await fixture.stranger.post("/sign-in", ["name": "alice", "password": BrowserFixture.password])
            let rows = try await fixture.fleet.store.read { db in
                try String.fetchAll(db, sql: "SELECT actor || ' ' || action || ' ' || subject FROM audit ORDER BY id")
            }
            #expect(rows.suffix(2) == ["anyone session.refuse alice", "user:alice session.open alice"])
        }
    }
}
