import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// A provider that is away, slow or hostile: a clear page, no hang, and no call to anywhere else.
@Suite struct BadProviderTests {
    static let descriptions: [(String, JSON)] = [
        ("issuer", "https://evil.example"), ("issuer", "http://127.0.0.1"), ("issuer", ""),
        ("token_endpoint", "http://169.254.169.254/latest/meta-data"), ("token_endpoint", "http://localhost/token"),
        ("token_endpoint", "file:///etc/shadow"), ("jwks_uri", "http://10.0.0.1/keys"),
        ("jwks_uri", "http://127.0.0.1.evil.example/"), ("jwks_uri", "http://127.0.0.1@evil.example/"),
        ("jwks_uri", "gopher://127.0.0.1/"), ("authorization_endpoint", "javascript:alert(1)"),
        ("authorization_endpoint", "http://evil.example/"), ("authorization_endpoint", "//evil.example/"),
        ("authorization_endpoint", "https://"), ("authorization_endpoint", "https://a b/"), ("token_endpoint", 7),
        ("jwks_uri", .null),
    ]

    @Test(arguments: descriptions) func `a description that leads astray is of no use`(field: String, value: JSON)
        async throws
    {
        try await FakeProvider.with { fixture, provider in
            provider.manners.withLock { $0.description[field] = value }
            let answer = try await fixture.stranger.get("/sign-in/oidc")
            #expect(answer.status == 503 && answer.location == nil)
            #expect(answer.text.contains("Example does not answer as it should"))
            #expect(provider.calls == ["/.well-known/openid-configuration"])
        }
    }

    struct Manner: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let answer: @Sendable () async throws -> Response

        init(_ name: String, _ answer: @escaping @Sendable () async throws -> Response) {
            (self.testDescription, self.answer) = (name, answer)
        }
    }

    static let manners = [
        Manner("a redirect") { Response(status: .found, headers: [.location: "http://127.0.0.1:1/elsewhere"]) },
        Manner("a fault") { Response(status: .internalServerError) },
        Manner("no JSON") { Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: "<html>"))) },
        Manner("nothing") { Response(status: .ok) },
        Manner("a list") { try FakeProvider.json([]) },
        Manner("a deep nest") {
            let nest = String(repeating: "[", count: 100_000)
            return Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: nest)))
        },
        Manner("too much") { try FakeProvider.json(["x": .text(String(repeating: "x", count: 300_000))]) },
        Manner("silence") {
            try await Task.sleep(for: .seconds(3))
            return Response(status: .ok)
        },
        Manner("a drip") {
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    for _ in 0..<200 {
                        try await writer.write(ByteBuffer(string: " "))
                        try await Task.sleep(for: .milliseconds(50))
                    }
                    try await writer.finish(nil)
                })
        },
    ]

    @Test(arguments: manners, ["/.well-known/openid-configuration", "/token", "/keys"])
    func `a provider that misbehaves is of no use`(manner: Manner, path: String) async throws {
        try await FakeProvider.with(deadline: .seconds(5)) { fixture, provider in
            try await fixture.expect("alice")
            provider.manners.withLock { $0.instead[path] = manner.answer }
            let isFirst = path == "/.well-known/openid-configuration"
            let answer =
                try await isFirst ? fixture.stranger.get("/sign-in/oidc") : Trip.sign(fixture, provider)
            #expect(answer.status == 503 && answer.token == nil)
            #expect(answer.text.contains("Example does not answer as it should"))
            #expect(try await fixture.sessionCount() == 0)
        }
    }

    @Test func `while the provider is away the password still works`() async throws {
        try await ServerFixture.with { fixture in
            _ = try await fixture.user("alice", .viewer)
            let answer = try await fixture.stranger.get("/sign-in/oidc")
            #expect(answer.status == 503 && answer.text.contains("does not answer"))
            #expect(try await fixture.stranger.get("/sign-in").status == 200)
            let form = ["name": "alice", "password": BrowserFixture.password]
            #expect(try await fixture.stranger.post("/sign-in", form).status == 303)
        }
    }

    @Test(arguments: [
        ("https://login.example.org", true), ("https://login.example.org/realms/one", true),
        ("http://127.0.0.1:9000", true), ("http://127.0.0.1", true), ("https://[2001:db8::1]:8443/", true),
        ("http://login.example.org", false), ("http://localhost:9000", false), ("http://127.0.0.1x", false),
        ("https://", false), ("https:///x", false), ("https://a?x=1", false), ("https://a#x", false),
        ("https://user@a", false), ("https://a b", false), ("HTTPS://a", false), ("", false), ("a", false),
        ("https://\u{e9}.example", false), ("https://a\u{301}", false), ("https://a\n", false),
    ]) func `an issuer is a plain address`(text: String, isOne: Bool) {
        #expect(ProviderSettings.isIssuer(text) == isOne)
    }
}
