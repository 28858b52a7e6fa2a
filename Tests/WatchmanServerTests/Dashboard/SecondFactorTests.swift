import Foundation
import GRDB
import HTTPTypes
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// One-time codes: set up, asked for, used up and turned off.
@Suite struct SecondFactorTests {
    /// Someone with codes: a browser in which they are signed in, the key, and the recovery codes.
    private struct Owner {
        let browser: BrowserFixture
        let key: OneTimeCode
        let recovery: [String]
        /// The step whose code turned them on.
        let first: Int64

        init(_ fixture: ServerFixture, name: String = "alice") async throws {
            let browser = try await fixture.browser(.operator, name: name)
            self.browser = browser
            #expect(try await browser.post("/account/second-factor").location == "/account")
            let page = try await browser.get("/account").text
            let secret = try #require(page.firstMatch(of: /secret&#61;([A-Z2-7]{32})/)?.output.1)
            self.key = try OneTimeCode(secret: Secret(secret.lowercased()))
            self.first = OneTimeCode.step(at: Date())
            let code = self.key.code(step: self.first)
            let on = try await browser.post("/account/second-factor/confirm", ["code": code])
            #expect(on.status == 200)
            self.recovery = on.text.matches(of: /[a-z2-7]{4}(-[a-z2-7]{4}){3}/).map { String($0.output.0) }
            #expect(self.recovery.count == RecoveryCode.count)
        }

        /// The code after the one that turned them on, which was not used yet, or one that is so many steps from it.
        func code(_ offset: Int64 = 0) -> String { self.key.code(step: self.first + 1 + offset) }
    }

    /// A browser in which the password was given.
    private static func halfway(_ fixture: ServerFixture, _ name: String = "alice") async throws -> String {
        let form = ["name": name, "password": BrowserFixture.password, "next": "/devices"]
        let answer = try await fixture.stranger.post("/sign-in", form)
        #expect(answer.status == 303 && answer.location == "/sign-in/code?next=%2Fdevices" && answer.token == nil)
        let cookie = answer.headers[values: .setCookie].first { $0.hasPrefix("\(SessionCookie.halfwayName)=") }
        for attribute in ["Secure", "HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=300"] {
            #expect(cookie?.contains(attribute) == true)
        }
        return String(try #require(cookie).prefix { $0 != ";" })
    }

    private static func prove(_ fixture: ServerFixture, _ cookie: String, _ code: String) async throws -> Answer {
        try await fixture.stranger.post(
            "/sign-in/code", ["code": code, "next": "/devices"], headers: ["Cookie": cookie])
    }

    @Test func `a key counts only after its first code`() async throws {
        try await ServerFixture.with { fixture in
            let browser = try await fixture.browser(.viewer)
            _ = try await browser.post("/account/second-factor")
            let wrong = try await browser.post("/account/second-factor/confirm", ["code": "000000"])
            #expect(wrong.status == 400 && wrong.text.contains("otpauth://"))
            #expect(try await fixture.fleet.store.users(now: Date()).first?.hasSecondFactor == false)
            let answer = try await fixture.stranger.post(
                "/sign-in", ["name": "alice", "password": BrowserFixture.password])
            #expect(answer.token?.isEmpty == false, "the password is enough until then")
        }
    }

    @Test func `signing in takes the password, then a code, each code once`() async throws {
        try await ServerFixture.with { fixture in
            let owner = try await Owner(fixture)
            let cookie = try await Self.halfway(fixture)
            let form = try await fixture.stranger.get("/sign-in/code?next=/devices", headers: ["Cookie": cookie])
            #expect(form.status == 200 && form.text.contains("value=\"/devices\""))
            let code = owner.code()
            let entered = try await Self.prove(fixture, cookie, code)
            #expect(entered.status == 303 && entered.location == "/devices" && entered.token?.utf8.count == 40)
            let again = try await Self.prove(fixture, try await Self.halfway(fixture), code)
            #expect(again.status == 401 && again.token == nil)
            let earlier = try await Self.prove(fixture, try await Self.halfway(fixture), owner.code(-1))
            #expect(earlier.status == 401, "nor one from before it")
            let used = try await Self.prove(fixture, cookie, owner.code(1))
            #expect(used.status == 401 && used.token == nil, "a sign-in is finished once")
        }
    }

    @Test func `a recovery code stands in for a code, once`() async throws {
        try await ServerFixture.with { fixture in
            let owner = try await Owner(fixture)
            let typed = owner.recovery[3].uppercased()
            #expect(try await Self.prove(fixture, try await Self.halfway(fixture), typed).status == 303)
            #expect(try await Self.prove(fixture, try await Self.halfway(fixture), typed).status == 401)
            #expect(try await Self.prove(fixture, try await Self.halfway(fixture), owner.recovery[4]).status == 303)
            #expect(try await owner.browser.get("/account").text.contains("8 recovery codes are left"))
        }
    }

    @Test func `new recovery codes take a code and replace the old`() async throws {
        try await ServerFixture.with { fixture in
            let owner = try await Owner(fixture)
            let none = try await owner.browser.post("/account/second-factor/renew", ["code": "1"])
            #expect(none.status == 400)
            let new = try await owner.browser.post("/account/second-factor/renew", ["code": owner.code()])
            #expect(new.status == 200 && new.text.contains("shown this once") && !new.text.contains(owner.recovery[0]))
            #expect(try await Self.prove(fixture, try await Self.halfway(fixture), owner.recovery[0]).status == 401)
        }
    }

    @Test func `turning codes off takes one`() async throws {
        try await ServerFixture.with { fixture in
            let owner = try await Owner(fixture)
            #expect(try await owner.browser.post("/account/second-factor/remove", ["code": ""]).status == 400)
            let off = try await owner.browser.post("/account/second-factor/remove", ["code": owner.recovery[0]])
            #expect(off.status == 303)
            #expect(try await fixture.fleet.store.users(now: Date()).first?.hasSecondFactor == false)
            #expect(try await fixture.fleet.store.recoveryCodes(of: try await Self.id(fixture)) == 0)
            let again = try await owner.browser.post("/account/second-factor/confirm", ["code": owner.code(1)])
            #expect(again.status == 400, "the old key is gone")
        }
    }

    @Test func `a reset takes codes away, and sessions from before end when they are turned on`() async throws {
        try await ServerFixture.with { fixture in
            let early = try await fixture.browser(.operator)
            let later = try await fixture.stranger.post(
                "/sign-in", ["name": "alice", "password": BrowserFixture.password])
            let token = try #require(later.token)
            let browser = BrowserFixture(server: fixture, token: Secret(token))
            _ = try await browser.post("/account/second-factor")
            let page = try await browser.get("/account").text
            let secret = try #require(page.firstMatch(of: /secret&#61;([A-Z2-7]{32})/)?.output.1)
            let code = try OneTimeCode(secret: Secret(secret.lowercased())).code(step: OneTimeCode.step(at: Date()))
            #expect(try await browser.post("/account/second-factor/confirm", ["code": code]).status == 200)
            #expect(try await early.get("/account").status == 303, "it was opened without a code")
            #expect(try await browser.get("/account").status == 200)
            _ = try await fixture.fleet.resetUser("alice", actor: "local", now: Date())
            let user = try #require(try await fixture.fleet.store.user(named: "alice"))
            #expect(!user.hasSecondFactor && user.totpSecret == nil)
        }
    }

    @Test func `the key is sealed for its person, and no code is kept`() async throws {
        try await ServerFixture.with { fixture in
            let owner = try await Owner(fixture)
            _ = try await fixture.browser(.viewer, name: "bob")
            let user = try #require(try await fixture.fleet.store.user(named: "alice"))
            let bob = try #require(try await fixture.fleet.store.user(named: "bob"))
            let sealed = try #require(user.totpSecret)
            let escrow = fixture.signIn.secondFactor.escrow
            #expect(try escrow.open(sealed, as: .secondFactor(user: user.id)).revealed.utf8.count == 32)
            #expect(throws: WatchmanError.self) { try escrow.open(sealed, as: .secondFactor(user: bob.id)) }
            let rows = try await fixture.fleet.store.read { db in
                try Row.fetchAll(db, sql: "SELECT * FROM recoveryCode").map { "\($0)" }.joined()
            }
            #expect(!rows.isEmpty)
            #expect(owner.recovery.allSatisfy { !rows.contains($0) && !rows.contains($0.replacing("-", with: "")) })
        }
    }

    @Test func `who must have codes sets them up before anything else`() async throws {
        try await ServerFixture.with(requiresSecondFactor: true) { fixture in
            let browser = try await fixture.browser(.admin)
            for path in ["/", "/devices", "/people", "/events"] {
                let answer = try await browser.get(path)
                #expect(answer.status == 303 && answer.location == "/account")
            }
            let before = try await fixture.fleet.store.users(now: Date()).count
            #expect(try await browser.post("/people", ["name": "bob", "role": "admin"]).location == "/account")
            #expect(try await fixture.fleet.store.users(now: Date()).count == before)
            #expect(try await browser.get("/account").text.contains("before anything else"))
            let owner = try await Owner(fixture, name: "carol")
            #expect(try await owner.browser.get("/devices").status == 200)
        }
    }

    private static func id(_ fixture: ServerFixture) async throws -> String {
        try #require(try await fixture.fleet.store.user(named: "alice")).id
    }
}
