import Foundation
import GRDB
import Synchronization
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// Tokens that nobody must get in with, each by the whole way through the browser.
@Suite struct ForgedTokenTests {
    struct Forgery: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let apply: @Sendable (inout FakeProvider.Manners) -> Void

        init(_ name: String, _ apply: @escaping @Sendable (inout FakeProvider.Manners) -> Void) {
            (self.testDescription, self.apply) = (name, apply)
        }
    }

    private static let now = Int(Date().timeIntervalSince1970)

    static let forgeries: [Forgery] = signatures + contents

    private static let signatures = [
        Forgery("alg none, no signature") {
            $0.header = ["alg": "none"]
            $0.spoil = { String($0.prefix(through: $0.lastIndex(of: ".") ?? $0.startIndex)) }
        },
        Forgery("alg none in other letters") { $0.header = ["alg": "nOnE"] },
        Forgery("alg none with a signature") { $0.header = ["alg": "none"] },
        Forgery("no alg") { $0.header = ["alg": .null] },
        Forgery("HS256 with the public key") { $0.key = .shared(.ec("one")) },
        Forgery("HS256 with an unknown secret") { $0.key = .shared(.ec("mine")) },
        Forgery("the name of a key, another key behind it") {
            $0.key = .ec("mine")
            $0.header = ["kid": "one"]
        },
        Forgery("a key that the provider does not have") { $0.key = .ec("mine") },
        Forgery("no name of a key where there are two") { manners in
            manners.header = ["kid": .null]
            manners.published = [.ec("one"), .ec("three")]
        },
        Forgery("the name of a key of another kind") {
            $0.key = .ed("two")
            $0.header = ["alg": "ES256"]
        },
        Forgery("an algorithm that is not the key's") { $0.header = ["alg": "RS256"] },
        Forgery("an algorithm that is not accepted") { $0.header = ["alg": "ES512"] },
        Forgery("the key comes along") {
            $0.key = .ec("mine")
            $0.header = ["jwk": FakeKey.ec("mine").published, "kid": "mine"]
        },
        Forgery("the key's address comes along") {
            $0.key = .ec("mine")
            $0.header = ["jku": "http://127.0.0.1:1/keys"]
        },
        Forgery("a demand that is not understood") { $0.header = ["crit": ["b64"]] },
        Forgery("a key that is for encryption") { manners in
            var key = FakeKey.ec("one")
            key.published["use"] = "enc"
            manners.published = [key]
        },
        Forgery("no signature") { $0.spoil = { String($0.prefix(through: $0.lastIndex(of: ".") ?? $0.startIndex)) } },
        Forgery("half a signature") { $0.spoil = { String($0.dropLast(43)) } },
        Forgery("another person in the middle") {
            $0.spoil = { token in
                let parts = token.split(separator: ".").map(String.init)
                var claims =
                    (Data(base64URL: parts[1]).flatMap { try? JSONDecoder().decode(JSON.self, from: $0) }) ?? [:]
                claims["sub"] = "subject-2"
                let middle = (try? JSONEncoder().encode(claims).base64URL) ?? ""
                return "\(parts[0]).\(middle).\(parts[2])"
            }
        },
        Forgery("two parts") { $0.spoil = { $0.split(separator: ".").prefix(2).joined(separator: ".") } },
        Forgery("four parts") { $0.spoil = { "\($0).x" } },
        Forgery("no text") { $0.spoil = { _ in "" } },
        Forgery("other letters") { $0.spoil = { "\($0)+/=\n" } },
        Forgery("too long") { $0.claims = ["x": .text(String(repeating: "x", count: 33 << 10))] },
    ]

    private static let contents = [
        Forgery("another issuer") { $0.claims = ["iss": "https://evil.example"] },
        Forgery("the issuer with a slash") { manners in
            manners.claims = ["iss": .text("\(FakeIssuer.slash)")]
        },
        Forgery("no issuer") { $0.claims = ["iss": .null] },
        Forgery("for another client") { $0.claims = ["aud": "other"] },
        Forgery("for a client whose name begins like ours") { $0.claims = ["aud": "watchman2"] },
        Forgery("for nobody") { $0.claims = ["aud": .null] },
        Forgery("for nobody in a list") { $0.claims = ["aud": []] },
        Forgery("for us and another, by nobody in particular") { $0.claims = ["aud": ["watchman", "other"]] },
        Forgery("for us and another, by the other") {
            $0.claims = ["aud": ["watchman", "other"], "azp": "other"]
        },
        Forgery("for us, by another") { $0.claims = ["azp": "other"] },
        Forgery("ended") { $0.claims = ["exp": .integer(now - 90)] },
        Forgery("without an end") { $0.claims = ["exp": .null] },
        Forgery("with a text for an end") { $0.claims = ["exp": .text("\(now + 300)")] },
        Forgery("without a beginning") { $0.claims = ["iat": .null] },
        Forgery("from the future") { $0.claims = ["iat": .integer(now + 200)] },
        Forgery("not valid yet") { $0.claims = ["nbf": .integer(now + 200)] },
        Forgery("of an hour ago") { $0.claims = ["iat": .integer(now - 3600)] },
        Forgery("of another sign-in") { $0.claims = ["nonce": "x"] },
        Forgery("of no sign-in") { $0.claims = ["nonce": .null] },
        Forgery("about nobody") { $0.claims = ["sub": .null] },
        Forgery("about an empty subject") { $0.claims = ["sub": ""] },
        Forgery("about a number") { $0.claims = ["sub": 7] },
        Forgery("about a subject that is too long") { $0.claims = ["sub": .text(String(repeating: "x", count: 256))] },
    ]

    @Test(arguments: forgeries) func `nobody gets in`(forgery: Forgery) async throws {
        try await FakeProvider.with({ $0.roles = [.admin: ["ops"]] }) { fixture, provider in
            provider.manners.withLock { manners in
                forgery.apply(&manners)
                manners.claims.merge(["groups": ["ops"]]) { first, _ in first }
                if manners.claims["iss"] == .text(FakeIssuer.slash) {
                    manners.claims["iss"] = .text("\(provider.issuer)/")
                }
            }
            let answer = try await Trip.sign(fixture, provider)
            #expect(answer.status == 401 && answer.token == nil)
            #expect(answer.text.contains("token is not accepted") || answer.text.contains("does not answer"))
            #expect(try await fixture.person("alice") == nil)
            #expect(try await fixture.sessionCount() == 0)
            let refused = try await fixture.fleet.store.read { db in
                try String.fetchAll(db, sql: "SELECT actor FROM audit WHERE action = 'session.refuse'")
            }
            #expect(refused == ["anyone"])
        }
    }

    struct Good: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let apply: @Sendable (inout FakeProvider.Manners) throws -> Void

        init(_ name: String, _ apply: @escaping @Sendable (inout FakeProvider.Manners) throws -> Void) {
            (self.testDescription, self.apply) = (name, apply)
        }
    }

    static let accepted = [
        Good("ES256") { _ in },
        Good("EdDSA") { $0.key = .ed("two") },
        Good("RS256, a key that does not say its algorithm") { manners in
            manners.key = try .rsa("four")
            manners.published = [try .rsa("four"), .ec("one")]
        },
        Good("one key without a name") { manners in
            manners.header = ["kid": .null]
            var key = FakeKey.ec("one")
            key.published["kid"] = nil
            manners.published = [key, .ed("two")]
        },
        Good("keys of kinds that are not known here") { manners in
            var key = FakeKey.ec("five")
            key.published = ["kty": "oct", "k": "AAAA", "kid": "five"]
            manners.published = [key, .ec("one")]
        },
        Good("for us and another, by us") { $0.claims = ["aud": ["other", "watchman"], "azp": "watchman"] },
        Good("a list of one") { $0.claims = ["aud": ["watchman"]] },
        Good("clocks half a minute apart") { $0.claims = ["iat": .integer(now + 40), "exp": .integer(now + 340)] },
        Good("ended half a minute ago") { $0.claims = ["exp": .integer(now - 20)] },
        Good("moments with a fraction") { $0.claims = ["exp": .number(Double(now) + 300.5)] },
    ]

    @Test(arguments: accepted) func `what is right gets in`(good: Good) async throws {
        try await FakeProvider.with { fixture, provider in
            try provider.manners.withLock { try good.apply(&$0) }
            try await fixture.expect("alice")
            let answer = try await Trip.sign(fixture, provider)
            #expect(answer.status == 200 && answer.token?.utf8.count == 40, "\(answer.text)")
        }
    }
}

/// Stands for the provider's own address with a slash, which is known only when it runs.
enum FakeIssuer {
    static let slash = "its own/"
}
