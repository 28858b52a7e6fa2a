import Foundation
import GRDB
import HTTPTypes
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// Who may see which page, and what a form must bring.
@Suite struct PageAccessTests {
    /// The rules. A page that is not here, or stands here otherwise, fails the first test.
    static let rules: [String: Access] = [
        "GET \(Assets.style.path)": .anyone, "GET \(Assets.script.path)": .anyone,
        "GET \(Assets.icon.path)": .anyone, "GET /": .scoped(.viewer), "GET /devices": .scoped(.viewer),
        "GET /devices/:device": .scoped(.viewer), "POST /devices/:device/name": .scoped(.operator),
        "POST /devices/:device/choose": .scoped(.operator),
        "POST /devices/:device/accept-host-keys": .scoped(.operator),
        "POST /devices/:device/tags": .scoped(.operator), "POST /devices/:device/remove": .scoped(.admin),
        "POST /devices/:device/rotate-password": .scoped(.operator),
        "POST /devices/:device/reveal-password": .reveal, "POST /devices/:device/replace": .scoped(.operator),
        "GET /enrol": .scoped(.operator), "POST /enrol": .scoped(.operator),
        "POST /enrol/:token/revoke": .scoped(.operator),
        "POST /enrol/applicants/:applicant/approve": .scoped(.operator),
        "POST /enrol/applicants/:applicant/reject": .scoped(.operator), "GET /enrol.sh": .anyone,
        "GET /download/watchman": .anyone,
        "GET /gateway": .role(.viewer), "GET /jobs": .role(.viewer), "POST /jobs": .role(.admin),
        "GET /jobs/:job": .role(.viewer), "POST /jobs/:job/run": .role(.operator),
        "POST /jobs/:job/pause": .role(.operator), "POST /jobs/:job/resume": .role(.operator),
        "POST /jobs/:job/remove": .role(.admin), "GET /jobs/:job/runs/:run": .role(.operator),
        "GET /backups": .role(.viewer), "POST /backups": .role(.admin),
        "POST /backups/:backup/verify": .role(.admin), "GET /audit": .role(.admin), "GET /people": .role(.admin),
        "POST /people": .role(.admin), "POST /people/:user/rights": .role(.admin),
        "POST /people/:user/reset": .role(.admin), "POST /people/:user/sign-out": .role(.admin),
        "POST /people/:user/remove": .role(.admin), "POST /people/keys": .role(.admin),
        "POST /people/keys/:key/revoke": .role(.admin), "GET /account": .own, "POST /account/password": .own,
        "POST /account/second-factor": .own,
        "POST /account/second-factor/confirm": .own, "POST /account/second-factor/renew": .own,
        "POST /account/second-factor/remove": .own, "GET /sign-in/code": .anyone, "POST /sign-in/code": .anyone,
        "GET /sign-in": .anyone, "POST /sign-in": .anyone,
        "GET /sign-in/oidc": .anyone, "GET /sign-in/oidc/callback": .anyone, "GET /cli-login": .scoped(.viewer),
        "POST /cli-login": .scoped(.viewer),
        "POST /sign-out": .own,
        "GET /welcome/:secret": .anyone, "POST /welcome/:secret": .anyone, "GET /events": .scoped(.viewer),
    ]

    @Test func `every page has its rule and every rule its page`() async throws {
        try await ServerFixture.with { fixture in
            let pages = fixture.pages.map { ("\($0.method.rawValue) \($0.path)", $0.access) }
            #expect(Dictionary(pages) { first, _ in first } == Self.rules)
            #expect(pages.count == Self.rules.count, "no page stands in the list twice")
        }
    }

    /// Pages for people, with the role below the one they need; nil is nobody.
    static let refused: [(String, Role?)] = rules.sorted { $0.key < $1.key }.flatMap { rule -> [(String, Role?)] in
        let least: Role
        switch rule.value {
        case .anyone, .device: return []
        // No role includes the permission.
        case .reveal: return [(rule.key, nil)] + Role.allCases.map { (rule.key, $0) }
        case .own: least = .viewer
        case .role(let role), .scoped(let role): least = role
        }
        return [(rule.key, nil)] + Role.allCases.filter { $0 < least }.map { (rule.key, $0) }
    }

    @Test(arguments: refused) func `a page is refused to those it is not for`(page: String, role: Role?) async throws {
        try await ServerFixture.with { fixture in
            let browser =
                try await role.asyncMap { try await fixture.browser($0) } ?? BrowserFixture(server: fixture)
            let before = try await fixture.auditCount()
            let words = page.split(separator: " ").map(String.init)
            let path = words[1].split(separator: "/").map { $0.hasPrefix(":") ? "x" : $0 }.joined(separator: "/")
            let answer = try await words[0] == "GET" ? browser.get("/\(path)") : browser.post("/\(path)")
            if role == nil {
                #expect(answer.status == 303)
                #expect(answer.location?.hasPrefix("/sign-in") == true)
            } else {
                #expect(answer.status == 403)
            }
            let after = try await fixture.auditCount()
            #expect(after == before, "nothing was done")
        }
    }

    static let forms = rules.keys.filter { $0.hasPrefix("POST") }.map { String($0.dropFirst(5)) }.sorted()

    @Test(arguments: forms, ["https://evil.example", "null", "", "http://localhost", "https://localhost.evil.example"])
    func `a form from elsewhere is refused`(path: String, origin: String) async throws {
        try await ServerFixture.with { fixture in
            let browser = try await fixture.browser(.admin)
            let before = try await fixture.auditCount()
            let answer = try await browser.post(path, headers: ["Origin": origin])
            #expect(answer.status == 403)
            let after = try await fixture.auditCount()
            #expect(after == before, "nothing was done")
        }
    }

    @Test func `a form without an origin, of another type or too large is refused`() async throws {
        try await ServerFixture.with { fixture in
            let browser = try await fixture.browser(.admin)
            let cookie = "\(SessionCookie.name)=\(browser.token?.revealed ?? "")"
            let silent = try await fixture.call(
                .post, "/sign-out", .remote,
                headers: ["Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"])
            #expect(silent.status == 403)
            let json = try await browser.post("/sign-out", headers: ["Content-Type": "application/json"])
            #expect(json.status == 415)
            let large = try await browser.post("/sign-in", ["name": String(repeating: "a", count: 70_000)])
            #expect(large.status == 413)
        }
    }

    @Test func `looking at pages changes nothing`() async throws {
        try await ServerFixture.with { fixture in
            let browser = try await fixture.browser(.admin)
            let before = try await Self.content(fixture)
            for rule in Self.rules.keys where rule.hasPrefix("GET ") && rule != "GET /events" {
                let path = rule.dropFirst(4).split(separator: "/").map { $0.hasPrefix(":") ? "none" : $0 }
                _ = try await browser.get("/\(path.joined(separator: "/"))")
            }
            #expect(try await Self.content(fixture) == before)
        }
    }

    /// Everything that is stored, but for when a session was last used.
    private static func content(_ fixture: ServerFixture) async throws -> [String] {
        try await fixture.fleet.store.read { db in
            let tables = try String.fetchAll(
                db, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'session' ORDER BY name")
            return try tables.flatMap { table in
                try Row.fetchAll(db, sql: "SELECT * FROM \(table)").map { "\(table) \($0)" }
            }
        }
    }

    @Test func `every page tells the browser what to refuse`() async throws {
        try await ServerFixture.with { fixture in
            let paths = ["/sign-in", "/welcome/none", Assets.style.path, "/events"]
            let names = try ["Content-Security-Policy", "X-Content-Type-Options"].map {
                try #require(HTTPField.Name($0))
            }
            for path in paths {
                let answer = try await fixture.stranger.get(path)
                #expect(answer.headers[names[0]] == PageHeaders.policy)
                #expect(answer.headers[names[1]] == "nosniff")
                #expect(answer.headers[.strictTransportSecurity]?.isEmpty == false)
                let isKept = path == Assets.style.path
                #expect(answer.headers[.cacheControl] == (isKept ? "public, max-age=31536000, immutable" : "no-store"))
            }
            #expect(!PageHeaders.policy.contains("unsafe") && PageHeaders.policy.contains("default-src 'none'"))
        }
    }
}

extension Optional {
    fileprivate func asyncMap<Value>(_ body: (Wrapped) async throws -> Value) async rethrows -> Value? {
        guard let self else { return nil }
        return try await body(self)
    }
}
