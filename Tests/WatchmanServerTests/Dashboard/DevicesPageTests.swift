import Foundation
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

@Suite struct DevicesPageTests {
    /// The names in the list, in its order.
    private static func names(_ answer: Answer) -> [String] {
        answer.text.matches(of: /<a class="name whole" href="[^"]*">([^<]*)<\/a>/).map { String($0.output.1) }
    }

    private static func paths(_ answer: Answer, _ label: String) -> [String] {
        answer.text.matches(of: /<a class="button slim" href="([^"]*)">([A-Za-z]+)<\/a>/)
            .filter { $0.output.2 == label }
            .map { String($0.output.1).replacing("&amp;", with: "&").replacing("&#61;", with: "=") }
    }

    @Test func `search, state and tag narrow the list, and headers turn its order`() async throws {
        try await ServerFixture.with { fixture in
            for name in ["attic", "cellar", "tower"] { _ = try await fixture.device(name: name) }
            _ = try await fixture.fleet.change("tower", DeviceChange(addTags: ["site=berlin"]), actor: "a", now: Date())
            _ = try await fixture.fleet.store.record(gateway: "main", up: [1101], down: [], now: Date())
            let browser = try await fixture.browser(.viewer)
            for (query, names) in [
                ("", ["attic", "cellar", "tower"]), ("?search=TOW", ["tower"]), ("?tag=site%3Dberlin", ["tower"]),
                ("?state=online", ["cellar"]), ("?search=&state=&tag=", ["attic", "cellar", "tower"]),
                ("?sort=name&reverse=true", ["tower", "cellar", "attic"]), ("?search=nowhere", []),
            ] {
                #expect(Self.names(try await browser.get("/devices\(query)")) == names, "\(query)")
            }
            let sorted = try await browser.get("/devices?sort=port&search=e").text
            #expect(sorted.contains("aria-sort=\"ascending\" class=\"opt number\""))
            #expect(sorted.contains("href=\"/devices?search&#61;e&amp;sort&#61;port&amp;reverse&#61;true\""))
            let empty = try await browser.get("/devices?search=nowhere").text
            #expect(empty.contains("No device matches") && empty.contains("value=\"nowhere\""))
            #expect(try await browser.get("/devices?state=sideways").status == 400)
            #expect(try await browser.get("/devices?after=nonsense").status == 400)
        }
    }

    @Test func `page after page, each device comes once`() async throws {
        try await ServerFixture.with { fixture in
            let token = try await fixture.token(uses: 120)
            for number in 0..<99 {
                let request = Sample.registration(
                    token, key: SSHPrivateKey.generate().publicKey, name: "edge-\(number)", clock: Date())
                _ = try await fixture.fleet.register(request, source: "192.0.2.1", now: Date())
            }
            let browser = try await fixture.browser(.viewer)
            var (path, seen): (String?, [String]) = ("/devices?sort=port&search=edge", [])
            while let next = path {
                let answer = try await browser.get(next)
                seen += Self.names(answer)
                #expect(Self.paths(answer, "First").isEmpty == (seen.count <= 50))
                path = Self.paths(answer, "Next").first
            }
            #expect(seen == (0..<99).map { "edge-\($0)" })
        }
    }
}
