import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// The way to the provider and back, and what can be done to it.
@Suite struct ProviderTripTests {
    @Test func `a person signs in at the provider and gets to the page they wanted`() async throws {
        try await FakeProvider.with { fixture, provider in
            try await fixture.expect("alice", .operator)
            let form = try await fixture.stranger.get("/sign-in?next=%2Fdevices%3Fstate%3Doffline")
            #expect(form.text.contains("href=\"/sign-in/oidc?next&#61;%2Fdevices%3Fstate%3Doffline\""))
            #expect(form.text.contains("Sign in with Example"))
            let begun = try await fixture.stranger.get("/sign-in/oidc?next=%2Fdevices%3Fstate%3Doffline")
            #expect(begun.status == 303 && begun.location?.hasPrefix("\(provider.issuer)/authorize?") == true)
            let cookie = try #require(begun.headers[values: .setCookie].first)
            for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax", "Max-Age=600"] {
                #expect(cookie.contains(attribute))
            }
            #expect(cookie.hasPrefix("__Host-") && !cookie.contains("Domain"))
            let trip = try await Trip(fixture, provider, next: "/devices?state=offline")
            let answer = try await trip.arrive()
            #expect(answer.status == 200 && answer.passage == "/devices?state=offline")
            #expect(answer.cookie(TripCookie.name) == "", "the trip is over")
            let token = Secret(try #require(answer.token))
            let visitor = try await fixture.signIn.visitor(token, now: Date())
            #expect(visitor?.person == Person(actor: "user:alice", role: .operator))
            #expect(provider.calls == ["/.well-known/openid-configuration", "/token", "/keys"])
            _ = try await Trip.sign(fixture, provider)
            #expect(provider.calls.suffix(1) == ["/token"], "the rest is remembered")
        }
    }

    @Test func `nothing that is secret is in an address, and every trip is another`() async throws {
        try await FakeProvider.with { fixture, provider in
            let (one, other) = (try await Trip(fixture, provider), try await Trip(fixture, provider))
            let trips = try [one, other].map {
                try fixture.signIn.trips.end(Secret($0.cookie), state: $0.state, now: Date())
            }
            #expect(Set(trips.flatMap { [$0.state, $0.nonce, $0.verifier] }).count == 6)
            for (trip, address) in zip(trips, [one.address, other.address]) {
                #expect(!address.contains(trip.verifier) && address.contains(trip.challenge))
            }
            #expect(!one.cookie.contains(trips[0].state))
        }
    }

    static let proofs: [(String?, Bool)] = [(nil, false), ("client_secret_basic", true), ("client_secret_post", false)]

    @Test(arguments: proofs) func `the server proves itself with its secret`(method: String?, isBasic: Bool)
        async throws
    {
        try await FakeProvider.with({ $0.clientSecret = method == nil ? nil : Secret("s3:cr et") }) {
            fixture, provider in
            try await fixture.expect("alice")
            if let method {
                provider.manners.withLock {
                    $0.description["token_endpoint_auth_methods_supported"] = [.text(method)]
                }
            }
            #expect(try await Trip.sign(fixture, provider).status == 200)
            let expected = "Basic \(Data("watchman:s3%3Acr%20et".utf8).base64EncodedString())"
            #expect(provider.authorization == (isBasic ? expected : nil))
        }
    }

    enum Attack: CaseIterable, Sendable {
        case noCookie, emptyCookie, foreignCookie, cookieOfAnotherServer, changedCookie, hugeCookie
        case noState, otherState, stateOfAnotherTrip, noCode, hugeCode, inventedCode, codeOfAnotherTrip
        case issuerOfAnother, refusal, hostileRefusal
    }

    @Test(arguments: Attack.allCases) func `what does not fit together lets nobody in`(attack: Attack) async throws {
        try await FakeProvider.with { fixture, provider in
            try await fixture.expect("alice")
            // The attacker's own sign-in, which the victim's browser is to finish, or the other way round.
            let other = try await Trip(fixture, provider)
            var (trip, more) = (try await Trip(fixture, provider), [(String, String?)]())
            switch attack {
            case .noCookie: trip.cookie = "x; x"
            case .emptyCookie: trip.cookie = ""
            case .foreignCookie: trip.cookie = other.cookie
            case .cookieOfAnotherServer:
                let foreign = ProviderTrip(
                    returnAddress: "https://localhost/sign-in/oidc/callback", next: "/", now: Date())
                (trip.cookie, trip.state) = (try ProviderTrips().seal(foreign).revealed, foreign.state)
            case .changedCookie: trip.cookie = String(trip.cookie.reversed())
            case .hugeCookie: trip.cookie += String(repeating: "A", count: 9000)
            case .noState: trip.state = ""
            case .otherState: trip.state = String(repeating: "a", count: 40)
            case .stateOfAnotherTrip: trip.state = other.state
            case .noCode: trip.code = ""
            case .hugeCode: trip.code = String(repeating: "a", count: 4097)
            case .inventedCode: trip.code = "invented"
            case .codeOfAnotherTrip: trip.code = other.code
            case .issuerOfAnother: more = [("iss", "https://evil.example")]
            case .refusal: more = [("error", "access_denied")]
            case .hostileRefusal: more = [("error", "<script>alert(1)</script>\u{202e}")]
            }
            let answer = try await trip.arrive(more)
            #expect(answer.status == 401 && answer.token == nil)
            #expect(!answer.text.contains("<script>") && !answer.text.contains("\u{202e}"))
            #expect(try await fixture.sessionCount() == 0)
        }
    }

    @Test func `a trip ends once, whether or not it leads in`() async throws {
        try await FakeProvider.with { fixture, provider in
            try await fixture.expect("alice")
            var trip = try await Trip(fixture, provider)
            #expect(try await trip.arrive().status == 200)
            (trip.code, _) = try provider.visit(trip.address)
            let again = try await trip.arrive()
            #expect(again.status == 401 && again.token == nil)
            var failed = try await Trip(fixture, provider)
            let code = failed.code
            failed.code = "invented"
            #expect(try await failed.arrive().status == 401)
            failed.code = code
            #expect(try await failed.arrive().status == 401)
        }
    }

    @Test func `a trip takes ten minutes at most, also if the clock is set back`() throws {
        let (trips, now) = (ProviderTrips(), Date())
        for (offset, isGood) in [(0.0, true), (599, true), (600, false), (-601, false)] {
            let trip = ProviderTrip(returnAddress: "", next: "/", now: now)
            let cookie = try trips.seal(trip)
            let ended = try? trips.end(cookie, state: trip.state, now: now + offset)
            #expect((ended == trip) == isGood, "after \(offset) s")
        }
    }

    @Test(arguments: [
        "//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "", "/a\r\nb",
    ])
    func `after signing in nobody is sent elsewhere`(next: String) async throws {
        try await FakeProvider.with { fixture, provider in
            try await fixture.expect("alice")
            #expect(try await Trip(fixture, provider, next: next).arrive().passage == "/")
        }
    }

    @Test(arguments: [true, false]) func `a provider that says that it names itself has to`(isNamed: Bool) async throws
    {
        try await FakeProvider.with { fixture, provider in
            try await fixture.expect("alice")
            provider.manners.withLock { $0.description["authorization_response_iss_parameter_supported"] = true }
            let answer = try await Trip(fixture, provider).arrive(isNamed ? [("iss", provider.issuer)] : [])
            #expect(answer.status == (isNamed ? 200 : 401))
        }
    }

    @Test func `a provider that changes its keys is asked again, but not at every token`() async throws {
        try await FakeProvider.with { fixture, provider in
            try await fixture.expect("alice")
            let signIn = try #require(fixture.signIn.provider)
            #expect(try await Trip.sign(fixture, provider).status == 200)
            provider.manners.withLock { ($0.key, $0.published) = (.ec("new"), [.ec("new")]) }
            for _ in 0..<3 { #expect(try await Trip.sign(fixture, provider).status == 401) }
            #expect(provider.calls.count { $0 == "/keys" } == 1, "not within half a minute")
            let trip = try await Trip(fixture, provider)
            let ours = try fixture.signIn.trips.end(Secret(trip.cookie), state: trip.state, now: Date())
            let token = try await signIn.redeem(trip.code, ours, now: Date())
            _ = try await signIn.verified(token, now: Date() + 31)
            #expect(provider.calls.count { $0 == "/keys" } == 2)
        }
    }
}
