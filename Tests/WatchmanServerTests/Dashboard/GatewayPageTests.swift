import Foundation
import Hummingbird
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

@Suite struct GatewayPageTests {
    @Test func `ports, people and sshd, also while it does not run`() async throws {
        try await ServerFixture.with { fixture in
            for name in ["one", "two", "three"] { _ = try await fixture.device(name: name) }
            _ = try await fixture.fleet.store.remove("two", actor: "local", now: Date())
            let text = try await fixture.browser(.viewer).get("/gateway").text
            for part in [
                "main, at localhost port 2222", "2 of 100", "2 of 100 ports in use, 1 at rest", "1100 to 1199",
                "0.0.0.0 port 2222", "wm-edge", "wm-jump", "does not run",
                fixture.fleet.authorities.host.publicKey.fingerprint,
            ] {
                #expect(text.contains(part), "\(part)")
            }
        }
    }

    @Test func `only admins see who is on a device`() async throws {
        try await ServerFixture.with { fixture in
            let admin = try await fixture.browser(.admin, name: "root")
            #expect(try await admin.get("/gateway").text.contains("Nobody is on a device"))
            _ = try await fixture.connection(try await fixture.device(name: "tower"), as: "user:root")
            let text = try await admin.get("/gateway").text
            #expect(text.contains(">tower</a>") && text.contains("user:root") && text.contains("192.0.2.7"))
            let viewer = try await fixture.browser(.viewer).get("/gateway").text
            #expect(!viewer.contains("user:root") && !viewer.contains("Admins on devices"))
        }
    }

    @Test(arguments: [
        ("https://tower.example", "tower.example"), ("https://tower.example:8443", "tower.example"),
        ("https://[2001:db8::1]:8443", "[2001:db8::1]"), ("https://192.0.2.1:1", "192.0.2.1"), ("", ""),
    ])
    func `the host is what the browser calls the server`(origin: String, host: String) {
        let visit = Visit(
            visitor: nil, parameters: [:], query: [:], form: [:], source: "", now: Date(), origin: origin)
        #expect(visit.host == host)
    }
}
