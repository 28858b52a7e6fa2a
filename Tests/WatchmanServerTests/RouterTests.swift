import Foundation
import GRDB
import HTTPTypes
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// What all answers have in common.
@Suite struct RouterTests {
    @Test func `an answer is JSON that nobody keeps`() async throws {
        try await ServerFixture.with { fixture in
            for (path, status) in [("/api/v1/devices", 200), ("/api/v1/devices/nobody", 404), ("/nowhere", 404)] {
                let answer = try await fixture.admin(.get, path)
                #expect(answer.status == status)
                #expect(answer.headers[.contentType] == "application/json")
                #expect(answer.headers[.cacheControl] == "no-store")
            }
        }
    }

    @Test func `a failure has this form`() async throws {
        try await ServerFixture.with { fixture in
            let answer = try await fixture.admin(.get, "/api/v1/devices/nobody")
            #expect(
                String(decoding: answer.bytes, as: UTF8.self)
                    == #"{"error":{"code":"not-found","hint":"watchman devices","message":"no device 'nobody'"}}"#)
        }
    }

    @Test(arguments: [
        ("GET", "/"), ("GET", "/api"), ("GET", "/api/v1"), ("GET", "/api/v1/devicesx"), ("GET", "/api/v2/devices"),
        ("GET", "/index.html"), ("GET", "/api/v1/devices/a/b"), ("POST", "/api/v1/devices/a/b"),
        ("OPTIONS", "/api/v1/nothing"), ("GET", "/../etc/passwd"), ("GET", "/%2e%2e/etc/passwd"),
    ])
    func `there is nothing anywhere else`(method: String, path: String) async throws {
        try await ServerFixture.with { fixture in
            let answer = try await fixture.admin(try #require(HTTPRequest.Method(rawValue: method)), path)
            #expect(answer.status == 404)
            #expect(answer.error == WatchmanError(.notFound, "there is nothing at this address"))
        }
    }

    @Test(arguments: [
        ("POST", "/api/v1/devices", "GET, HEAD"), ("PUT", "/api/v1/devices/a", "DELETE, GET, HEAD, PATCH"),
        ("GET", "/api/v1/register", "POST"), ("OPTIONS", "/api/v1/tokens", "GET, HEAD, POST"),
        ("TRACE", "/api/v1/keys/a", "DELETE"),
    ])
    func `another method is told those that there are`(method: String, path: String, allowed: String) async throws {
        try await ServerFixture.with { fixture in
            let answer = try await fixture.admin(try #require(HTTPRequest.Method(rawValue: method)), path)
            #expect(answer.status == 405)
            #expect(answer.headers[.allow] == allowed)
            #expect(answer.error == WatchmanError(.invalid, "\(method) is not possible here, only \(allowed)"))
        }
    }

    @Test func `HEAD gives what GET would, without the body`() async throws {
        try await ServerFixture.with { fixture in
            let (get, head) = (
                try await fixture.admin(.get, "/api/v1/keys"), try await fixture.admin(.head, "/api/v1/keys")
            )
            #expect(head.status == 200 && head.bytes.isEmpty)
            #expect(head.headers[.contentLength] == "\(get.bytes.count)")
        }
    }

    @Test(arguments: [
        "", "text/plain", "application/x-www-form-urlencoded", "application/jsonx", "multipart/form-data",
    ])
    func `a body of another type is refused`(type: String) async throws {
        try await ServerFixture.with { fixture in
            let bytes = Array(try WireJSON.encode(JoinTokenRequest(lifetime: 60, uses: 1, tags: [])))
            let answer = try await fixture.call(
                .post, "/api/v1/tokens", headers: ["Content-Type": type], bytes: bytes)
            #expect(answer.status == 415)
            #expect(
                answer.error == WatchmanError(.invalid, "the request's body must be of type application/json"))
            let json = try await fixture.call(
                .post, "/api/v1/tokens", headers: ["Content-Type": "Application/JSON; charset=utf-8"], bytes: bytes)
            #expect(json.status == 200)
        }
    }

    @Test(arguments: ["limit=5", "a", "=", "%00=1", "name=edge"])
    func `a parameter that means nothing here is refused`(query: String) async throws {
        try await ServerFixture.with { fixture in
            let answer = try await fixture.admin(.get, "/api/v1/keys?\(query)")
            #expect(answer.status == 400)
            #expect(answer.error?.message.hasPrefix("there is no parameter '") == true)
        }
    }

    @Test func `every answer has the number of its request, and says what a browser must not do`() async throws {
        try await ServerFixture.with { fixture in
            let name = try #require(HTTPField.Name("X-Request-Id"))
            var numbers: Set<String> = []
            for path in ["/api/v1/keys", "/api/v1/identity", "/nowhere", "/api/v1/register"] {
                for transport in [Authenticator.Transport.local, .remote] {
                    let answer = try await fixture.call(.get, path, transport)
                    numbers.insert(try #require(answer.headers[name]))
                    #expect(answer.headers[.xContentTypeOptions] == "nosniff")
                    let isTLS = transport == .remote
                    #expect(answer.headers[.strictTransportSecurity] == (isTLS ? "max-age=31536000" : nil))
                }
            }
            #expect(numbers.count == 8)
        }
    }

    @Test(arguments: [
        "%2e%2e", "%1b%5b2J", "-x", "a%2fb", "%00", "A", "a%20b", "%ff", "a'b", String(repeating: "a", count: 5000),
    ])
    func `a hostile name in a path names no device`(name: String) async throws {
        try await ServerFixture.with { fixture in
            let answer = try await fixture.admin(.get, "/api/v1/devices/\(name)")
            #expect(answer.status == 404)
            let message = try #require(answer.error?.message)
            #expect(message.hasPrefix("no device '") && message.utf8.count < 100)
            #expect(!message.utf8.contains { $0 < 0x20 })
        }
    }

    /// Bodies for `POST /api/v1/tokens`, and what is wrong with them.
    static let malformed: [(String, String)] = [
        ("", "it is not the JSON expected here"), ("{", "it is not the JSON expected here"),
        ("null", "it is not the JSON expected here"), ("[]", "it is not the JSON expected here"),
        ("\u{0}", "it is not the JSON expected here"), ("{}", "lifetime is missing"),
        ("{\"lifetime\":60,\"tags\":[]}", "uses is missing"),
        ("{\"lifetime\":\"x\",\"uses\":1,\"tags\":[]}", "lifetime has the wrong form"),
        // Foundation does not say where a number or a date is that does not fit.
        ("{\"lifetime\":1.5,\"uses\":1,\"tags\":[]}", "it is not the JSON expected here"),
        ("{\"lifetime\":1e99,\"uses\":1,\"tags\":[]}", "it is not the JSON expected here"),
        ("{\"lifetime\":null,\"uses\":1,\"tags\":[]}", "lifetime has the wrong form"),
        ("{\"lifetime\":60,\"uses\":1,\"tags\":\"a\"}", "tags has the wrong form"),
    ]

    @Test(arguments: malformed) func `a body that does not fit says where`(body: String, problem: String) async throws {
        try await ServerFixture.with { fixture in
            let answer = try await fixture.call(.post, "/api/v1/tokens", bytes: Array(body.utf8))
            #expect(answer.status == 400)
            #expect(answer.error == WatchmanError(.invalid, "the request's body does not fit: \(problem)"))
        }
    }

    @Test func `a place deep in a body is named by its path`() async throws {
        try await ServerFixture.with { fixture in
            let request = Sample.registration(try await fixture.token(), key: SSHPrivateKey.generate().publicKey)
            let text = String(decoding: try WireJSON.encode(request), as: UTF8.self)
            for (old, new, place) in [
                ("\"kernel\":", "\"colonel\":", "facts.kernel is missing"),
                ("\"publicKey\":\"ssh-", "\"publicKey\":\"xxx-", "publicKey has the wrong form"),
            ] {
                let body = text.replacing(old, with: new)
                let answer = try await fixture.call(.post, "/api/v1/register", .remote, bytes: Array(body.utf8))
                #expect(answer.error == WatchmanError(.invalid, "the request's body does not fit: \(place)"))
            }
        }
    }

    @Test func `a body over the limit is refused as such, one at the limit is read`() async throws {
        try await ServerFixture.with { fixture in
            let big = [UInt8](repeating: 0x20, count: API.bodyLimit + 1)
            let stranger = try await fixture.call(.post, "/api/v1/tokens", .remote, bytes: big)
            #expect(stranger.status == 401, "who may not send a body is told so first")
            for (path, transport) in [
                ("/api/v1/tokens", Authenticator.Transport.local), ("/api/v1/register", .remote),
                ("/api/v1/agent/check-in", .remote),
            ] {
                let answer = try await fixture.call(.post, path, transport, bytes: big)
                #expect(answer.status == 413)
                #expect(answer.error == WatchmanError(.invalid, "the request's body is larger than 256 KiB"))
            }
            var bytes = Array(try WireJSON.encode(JoinTokenRequest(lifetime: 60, uses: 1, tags: [])))
            bytes += [UInt8](repeating: 0x20, count: API.bodyLimit - bytes.count)
            let answer = try await fixture.call(.post, "/api/v1/tokens", bytes: bytes)
            #expect(answer.status == 200)
        }
    }

    @Test(arguments: [
        (WatchmanError.Code.invalid, 400), (.unauthenticated, 401), (.forbidden, 403), (.notFound, 404),
        (.conflict, 409), (.exhausted, 507), (.unavailable, 503), (.configuration, 500), (.internal, 500),
    ])
    func `each kind of failure has its status`(code: WatchmanError.Code, status: Int) {
        #expect(code.status.code == status)
    }

    @Test func `a fault of the server's own tells the caller nothing`() async throws {
        try await ServerFixture.with { fixture in
            _ = try await fixture.apiKey()
            try await fixture.fleet.store.write { db in try db.execute(sql: "UPDATE apiKey SET createdAt = 'never'") }
            let answer = try await fixture.admin(.get, "/api/v1/keys")
            #expect(answer.status == 500)
            let id = try #require(HTTPField.Name("X-Request-Id").flatMap { answer.headers[$0] })
            let message = "the server met a fault, request \(id): its log says more"
            #expect(
                String(decoding: answer.bytes, as: UTF8.self)
                    == #"{"error":{"code":"internal","message":"\#(message)"}}"#)
        }
    }

    @Test func `anyone may know what the server is, and that is all`() async throws {
        try await ServerFixture.with { fixture in
            let answer = try await fixture.call(.get, "/api/v1/identity", .remote)
            let identity = try answer.decode(ServerIdentity.self)
            let authority = try ServerFixture.secrets.get().tls.authority
            #expect(identity.product == "watchman" && identity.version == Version.current)
            #expect(identity.certificateAuthority == authority)
            #expect(abs(identity.clock.timeIntervalSinceNow) < 60)
            #expect(!String(decoding: answer.bytes, as: UTF8.self).contains("PRIVATE"))
        }
    }
}
