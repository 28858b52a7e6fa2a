import Foundation
import HTTPTypes
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// No other spelling of a closed route opens it.
@Suite struct RouteVariantTests {
    private static let rules = AccessTests.rules.merging(PageAccessTests.rules) { first, _ in first }
    static let closed = rules.filter { $0.value != .anyone }.keys.sorted()
    private static let methods = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "Post", "X",
    ]
    private static let overrides = [
        "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X-Original-URL", "X-Rewrite-URL",
        "X-Forwarded-Prefix", "X-Forwarded-Uri",
    ]

    /// The same path, as proxies, browsers and attackers might write it.
    private static func variants(_ path: String) -> [String] {
        let rest = path.dropFirst()
        let first = rest.utf8.first.map { "%\(String($0, radix: 16))\(rest.dropFirst())" } ?? "%2f"
        return [
            "/\(path)", "//\(path)", "\(path)/", "\(path)//", "/.\(path)", "/x/..\(path)", "/%2e\(path)",
            "/x/%2e%2e\(path)", path.replacing("/", with: "//"), path.replacing("/", with: "/./"),
            "/\(rest.replacing("/", with: "%2F"))", "/\(first)", path.uppercased(), "\(path);x=1", "\(path)%00",
            "\(path)%20", "\(path)?x=1", "\(path)#x", "\(path)%2F", "\(path)/.", "\(path).json", "\\\(rest)",
            "https://localhost\(path)", "\(path)%0d%0a", "/\u{2215}\(rest)",
        ]
    }

    private static func isOpen(_ answer: Answer) -> Bool { (200..<300).contains(answer.status) }

    @Test(arguments: closed) func `a closed route has no other way in`(route: String) async throws {
        let rule = AccessRule(route: route, access: .anyone)
        let path = rule.path.replacing(/:[a-z]+/, with: "none")
        try await ServerFixture.with { fixture in
            let before = try await fixture.auditCount()
            for variant in [path] + Self.variants(path) {
                let answer = try await fixture.call(
                    rule.method, variant, .remote, headers: ["Origin": BrowserFixture.origin, "Accept": "text/html"],
                    bytes: [])
                #expect(!Self.isOpen(answer), "\(rule.method) \(variant)")
            }
            for name in Self.methods {
                let method = try #require(HTTPRequest.Method(rawValue: name))
                let answer = try await fixture.call(
                    method, path, .remote, headers: ["Origin": BrowserFixture.origin])
                #expect(!Self.isOpen(answer), "\(name) \(path)")
            }
            #expect(try await fixture.auditCount() == before, "nothing was done")
        }
    }

    static let admins = AccessTests.rules.filter { $0.value == .role(.admin) }.keys.sorted()

    @Test(arguments: admins) func `nor has one for people who may do less`(route: String) async throws {
        let rule = AccessRule(route: route, access: .role(.admin))
        let path = rule.path.replacing(/:[a-z]+/, with: "none")
        try await ServerFixture.with { fixture in
            let key = try await fixture.apiKey(.operator, mayReveal: true)
            let before = try await fixture.auditCount()
            let headers = ["Authorization": "Bearer \(key.text.revealed)"]
            for variant in [path] + Self.variants(path) {
                let answer = try await fixture.call(rule.method, variant, .remote, headers: headers, bytes: [])
                #expect(!Self.isOpen(answer), "\(rule.method) \(variant)")
            }
            #expect(try await fixture.auditCount() == before, "nothing was done")
        }
    }

    @Test(arguments: overrides) func `no header leads from an open route to a closed one`(header: String) async throws {
        try await ServerFixture.with { fixture in
            _ = try await fixture.apiKey()
            for value in ["/api/v1/keys", "DELETE", "GET"] {
                let answer = try await fixture.call(.get, "/healthz", .remote, headers: [header: value])
                #expect(answer.status == 200 && !answer.text.contains("keys"))
                let closed = try await fixture.call(.get, "/api/v1/keys", .remote, headers: [header: "/healthz"])
                #expect(closed.status == 401)
            }
        }
    }

    @Test(arguments: ["X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "X-Forwarded-Host", "Via", "Host"])
    func `no header makes a caller local`(header: String) async throws {
        try await ServerFixture.with { fixture in
            for value in ["local", "127.0.0.1", "::1", "for=127.0.0.1", "unix:", "localhost"] {
                let answer = try await fixture.call(.get, "/api/v1/keys", .remote, headers: [header: value])
                #expect(answer.status == 401)
            }
        }
    }

    @Test func `whoever names themselves twice is one of the two or nobody`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device()
            let key = try await fixture.apiKey(.viewer)
            let browser = try await fixture.browser(.admin)
            let token = try #require(browser.token)
            let cookie = "\(SessionCookie.name)=\(token.revealed)"
            let bearer = "Bearer \(key.text.revealed)"
            // A session is no key, whatever stands beside it, and a device's signature gives no rights of people.
            let withKey = try await fixture.call(
                .get, "/api/v1/users", .remote, headers: ["Authorization": bearer, "Cookie": cookie])
            #expect(withKey.status == 403)
            let alone = try await fixture.call(.get, "/api/v1/users", .remote, headers: ["Cookie": cookie])
            #expect(alone.status == 401)
            let signed = try device.headers("/api/v1/users", [], method: "GET")
            let asDevice = try await fixture.call(.get, "/api/v1/users", .remote, headers: signed)
            #expect(asDevice.status == 401)
            let page = try await fixture.call(
                .get, "/people", .remote, headers: ["Authorization": bearer, "Accept": "text/html"])
            #expect(page.status == 303)
        }
    }
}
