import Foundation
import HTTPTypes
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// Logging in on a command line by way of the browser.
@Suite struct CommandLineTests {
    private static let verifier = Secret(RandomText.identifier(52))
    private static let state = RandomText.identifier(40)
    private static let request = [
        "port": "40000", "challenge": Credential.hash(verifier).base64URL, "state": state, "name": "laptop",
    ]

    /// The question of one machine.
    static var sample: String { self.path(self.request) }

    private static func path(_ fields: [String: String]) -> String {
        PagePath.query("/cli-login", fields.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }

    /// Approves, and gives the code that goes to the browser's machine.
    private static func approve(_ browser: BrowserFixture) async throws -> Secret {
        let answer = try await browser.post("/cli-login", self.request.merging(["decision": "approve"]) { $1 })
        let address = try #require(URLComponents(string: answer.passage ?? ""))
        #expect(address.scheme == "http" && address.host == "127.0.0.1" && address.port == 40000)
        #expect(address.path == "/callback")
        let fields = Dictionary((address.queryItems ?? []).map { ($0.name, $0.value ?? "") }) { $1 }
        #expect(fields["state"] == self.state && fields.count == 2)
        return Secret(fields["code"] ?? "")
    }

    private static func redeem(_ fixture: ServerFixture, _ code: Secret, _ verifier: Secret = Self.verifier)
        async throws -> Answer
    {
        let body = Array(try WireJSON.encode(LoginRequest(code: code, verifier: verifier)))
        return try await fixture.call(.post, "/api/v1/login", .remote, bytes: body)
    }

    @Test func `an approved login gets a key with the person's rights, for half a day`() async throws {
        try await ServerFixture.with { fixture in
            let browser = try await fixture.browser(.operator)
            let page = try await browser.get(Self.path(Self.request))
            #expect(page.status == 200 && page.text.contains("Log in on laptop?"))
            #expect(page.text.contains("operator") && page.text.contains("12 hours"))
            let code = try await Self.approve(browser)
            let answer = try await Self.redeem(fixture, code)
            #expect(answer.status == 200)
            let new = try answer.decode(NewAPIKey.self)
            #expect(new.summary.role == .operator && !new.summary.mayReveal && new.summary.scope == nil)
            #expect(new.summary.owner == "user:alice" && new.summary.name == "laptop")
            let life = try #require(new.summary.expiresAt).timeIntervalSince(new.summary.createdAt)
            #expect(life == 12 * 3600)
            let headers = ["Authorization": "Bearer \(new.key.revealed)"]
            #expect(try await fixture.call(.get, "/api/v1/devices", .remote, headers: headers).status == 200)
            #expect(try await fixture.call(.get, "/api/v1/users", .remote, headers: headers).status == 403)
            let out = try await fixture.call(.delete, "/api/v1/login", .remote, headers: headers)
            #expect(try out.decode(LogoutAnswer.self).isRevoked)
            #expect(try await fixture.call(.get, "/api/v1/devices", .remote, headers: headers).status == 401)
        }
    }

    @Test func `reveal and scope go along, and nothing more`() async throws {
        try await ServerFixture.with { fixture in
            let browser = try await fixture.browser(.operator, mayReveal: true, scope: "site=berlin")
            let new = try await Self.redeem(fixture, try await Self.approve(browser)).decode(NewAPIKey.self)
            #expect(new.summary.mayReveal && new.summary.scope == "site=berlin" && new.summary.role == .operator)
        }
    }

    enum Ending: CaseIterable, Sendable { case removal, demotion, revocation }

    @Test(arguments: Ending.allCases, [true, false]) func `what ends the person's rights ends the login`(
        ending: Ending, isRedeemed: Bool
    ) async throws {
        try await ServerFixture.with { fixture in
            let (now, store) = (Date(), fixture.fleet.store)
            let code = try await Self.approve(try await fixture.browser(.operator))
            let key = try await isRedeemed ? Self.redeem(fixture, code).decode(NewAPIKey.self) : nil
            switch ending {
            case .removal: _ = try await store.removeUser("alice", actor: "local", now: now)
            case .demotion:
                _ = try await store.changeUser("alice", UserChange(role: .viewer), actor: "local", now: now)
            case .revocation:
                guard let key else { return }
                _ = try await store.revokeAPIKey(key.summary.id, actor: "local", now: now)
            }
            if let key {
                let headers = ["Authorization": "Bearer \(key.key.revealed)"]
                #expect(try await fixture.call(.get, "/api/v1/devices", .remote, headers: headers).status == 401)
            } else {
                let answer = try await Self.redeem(fixture, code)
                #expect([401, 403].contains(answer.status))
                #expect(try await store.apiKeys().isEmpty)
            }
        }
    }

    @Test func `a code works once, for a minute, and only for the one who asked`() async throws {
        try await ServerFixture.with { fixture in
            let browser = try await fixture.browser(.viewer)
            let code = try await Self.approve(browser)
            #expect(try await Self.redeem(fixture, code).status == 200)
            #expect(try await Self.redeem(fixture, code).status == 401)
            // Who guesses at the verifier has used the code up.
            let other = try await Self.approve(browser)
            #expect(try await Self.redeem(fixture, other, Secret(RandomText.identifier(52))).status == 401)
            #expect(try await Self.redeem(fixture, other).status == 401)
            for text in ["", "a", String(repeating: "a", count: 40), "\u{0}"] {
                #expect(try await Self.redeem(fixture, Secret(text), Secret("")).status == 401)
            }
            let (logins, now) = (fixture.fleet.logins, Date())
            let approval = CommandLineLogins.Approval(
                person: Person(actor: "user:alice", role: .viewer), machine: "laptop",
                challenge: Credential.hash(Self.verifier))
            for (seconds, isGood) in [(59.0, true), (60, false)] {
                let code = try logins.approve(approval, now: now)
                let found = try? logins.redeem(code, verifier: Self.verifier, now: now + seconds)
                #expect((found != nil) == isGood)
            }
        }
    }

    @Test(arguments: [
        ("port", "80"), ("port", "65536"), ("port", "-1"), ("port", ""), ("port", "40000/x"), ("port", "40000@evil"),
        ("port", "\u{661}0000"), ("challenge", ""), ("challenge", "short"),
        ("challenge", String(repeating: "a", count: 44)), ("challenge", String(repeating: "=", count: 43)),
        ("state", ""), ("state", "short"), ("state", "a&code=mine&a=aaaaaaaaaaaaaaaaaaaa"),
        ("state", String(repeating: "a", count: 65)), ("name", ""), ("name", "\u{202e}\u{1b}"),
    ]) func `what our command line would not ask for is refused`(field: String, value: String) async throws {
        try await ServerFixture.with { fixture in
            let browser = try await fixture.browser(.viewer)
            let fields = Self.request.merging([field: value, "decision": "approve"]) { $1 }
            #expect(try await browser.get(Self.path(fields)).status == 400)
            let answer = try await browser.post("/cli-login", fields)
            #expect(answer.status == 400 && answer.passage == nil)
        }
    }

    @Test func `a person may refuse, and looking approves nothing`() async throws {
        try await ServerFixture.with { fixture in
            let browser = try await fixture.browser(.viewer)
            for decision in ["deny", "", "approved"] {
                let answer = try await browser.post("/cli-login", Self.request.merging(["decision": decision]) { $1 })
                #expect(answer.passage == "http://127.0.0.1:40000/callback?error=access_denied&state=\(Self.state)")
            }
        }
    }

    @Test func `a stranger signs in first and then gets back to the question`() async throws {
        try await ServerFixture.with { fixture in
            let answer = try await fixture.stranger.get(Self.path(Self.request))
            #expect(answer.status == 303)
            let next = try #require(URLComponents(string: answer.location ?? "")?.queryItems?.first?.value)
            #expect(next == Self.path(Self.request))
        }
    }

    @Test func `a machine's name is shown as text`() async throws {
        try await ServerFixture.with { fixture in
            let browser = try await fixture.browser(.viewer)
            let fields = Self.request.merging(["name": "<script>alert(1)</script>\"x\u{1b}[2J"]) { $1 }
            let page = try await browser.get(Self.path(fields))
            #expect(page.status == 200 && !page.text.contains("<script>alert") && !page.text.contains("\u{1b}"))
        }
    }
}
