import Foundation
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

@Suite struct EnrolPageTests {
    @Test func `a token is shown once, with the command for the device`() async throws {
        try await ServerFixture.with { fixture in
            let browser = try await fixture.browser(.operator)
            let answer = try await browser.post(
                "/enrol", ["lifetime": "86400", "uses": "3", "tags": " site=berlin  line-4 "])
            #expect(answer.status == 200)
            let token = try #require(answer.text.firstMatch(of: /wmj1\.[A-Za-z0-9_-]+\.[a-z0-9]+\.[a-z0-9]+/)?.output)
            // This server's configuration names no host, so the address is the one that the browser used.
            let command = "echo \(token) | ./watchman register --server \(BrowserFixture.origin)"
            #expect(answer.text.contains(command))
            #expect(answer.text.contains("It enrols 3 devices and ends in 1 d."))
            let row = try #require(try await fixture.fleet.store.joinTokens().first)
            #expect(row.maxUses == 3 && row.tags == ["line-4", "site=berlin"])
            let again = try await browser.get("/enrol").text
            #expect(again.contains(row.id) && !again.contains("wmj1."), "afterwards only its public part is there")
            let revoked = try await browser.post("/enrol/\(row.id)/revoke")
            #expect(revoked.status == 303 && revoked.location == "/enrol")
            let last = try await browser.get("/enrol").text
            #expect(last.contains("revoked") && !last.contains("/revoke\""))
        }
    }

    @Test(arguments: [
        ["lifetime": "86400", "uses": "0", "tags": ""], ["lifetime": "1", "uses": "1", "tags": ""],
        ["lifetime": "", "uses": "", "tags": ""], ["uses": "1e3", "lifetime": "86400"],
        ["lifetime": "86400", "uses": "7", "tags": "ok \"><b>x"], ["lifetime": "999999999999999999999", "uses": "1"],
    ])
    func `what cannot be is told, and what was typed is still there`(form: [String: String]) async throws {
        try await ServerFixture.with { fixture in
            let answer = try await fixture.browser(.operator).post("/enrol", form)
            #expect(answer.status == 400 && answer.text.contains("role=\"alert\""))
            #expect(answer.text.contains("name=\"uses\" min=\"1\" max=\"100000\" value=\"\(form["uses"] ?? "1")\""))
            #expect(!answer.text.contains("<b>x"))
            #expect(try await fixture.fleet.store.joinTokens().isEmpty)
        }
    }
}
