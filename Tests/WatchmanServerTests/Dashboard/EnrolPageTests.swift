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
            let line = EnrolmentLine.text(
                token: String(token), server: BrowserFixture.origin, keyPin: fixture.fleet.keyPin)
            #expect(answer.text.contains(HTMLText().escapeText(line)))
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

    @Test func `a token for approval and for some addresses says so`() async throws {
        try await ServerFixture.with { fixture in
            let browser = try await fixture.browser(.operator)
            let answer = try await browser.post(
                "/enrol",
                [
                    "lifetime": "86400", "uses": "1", "tags": "", "approve": "manual",
                    "from": "192.0.2.0/24 2001:db8::/32",
                ])
            #expect(answer.status == 200 && answer.text.contains("You approve each of them here."))
            #expect(answer.text.contains("with approval, from 192.0.2.0/24, 2001:db8::/32"))
            let row = try #require(try await fixture.fleet.store.joinTokens().first)
            #expect(row.approval == .manual && row.sources.count == 2)
            let bad = try await browser.post("/enrol", ["lifetime": "86400", "uses": "1", "from": "192.0.2.1/24"])
            #expect(bad.status == 400 && bad.text.contains("value=\"192.0.2.1/24\""))
        }
    }

    @Test func `who waits is shown with what to compare, and approved or rejected`() async throws {
        try await ServerFixture.with { fixture in
            let browser = try await fixture.browser(.operator)
            let none = try await browser.get("/enrol").text
            #expect(!none.contains("Waiting for approval"))
            let (one, other) = (try await fixture.applicant(name: "edge-7"), try await fixture.applicant())
            let text = try await browser.get("/enrol").text
            for part in [
                "Waiting for approval", "2 devices", "edge-7", "192.0.2.1", "0123456789abcdef",
                HTMLText().escapeText(one.key.publicKey.fingerprint), one.id, other.id,
            ] { #expect(text.contains(part), "\(part)") }
            #expect(try await browser.get("/").text.contains("2 devices wait for approval"))
            let yes = try await browser.post("/enrol/applicants/\(one.id)/approve")
            #expect(yes.status == 303 && yes.location == "/devices/\(one.id)")
            let no = try await browser.post("/enrol/applicants/\(other.id)/reject")
            #expect(no.status == 303 && no.location == "/enrol")
            let late = try await browser.post("/enrol/applicants/\(other.id)/approve")
            #expect(late.status == 409 && late.text.contains("was rejected"))
            let devices = try await fixture.fleet.store.devices().map(\.device.name)
            #expect(devices == ["edge-7"])
            let row = try #require(
                try await fixture.fleet.store.audit(AuditQuery(action: "device.approve"), limit: 9).rows.first)
            #expect(row.row.actor == "user:alice")
        }
    }

    @Test func `a device that is gone gets its place back by one click`() async throws {
        try await ServerFixture.with { fixture in
            let browser = try await fixture.browser(.operator)
            let old = try await fixture.device(name: "edge-1", now: Date() - 60)
            let waiting = try await fixture.applicant()
            let text = try await browser.get("/enrol").text
            #expect(text.contains("Approve as edge-1") && text.contains("has the machine id of"))
            let answer = try await browser.post("/enrol/applicants/\(waiting.id)/approve", ["replace": old.id])
            #expect(answer.location == "/devices/\(old.id)")
            let info = try await fixture.info(old)
            #expect(info.device.publicKey == waiting.key.publicKey.line)
        }
    }

    @Test func `a new device's page offers the place of the one that it may be`() async throws {
        try await ServerFixture.with { fixture in
            let browser = try await fixture.browser(.operator)
            let old = try await fixture.device(name: "edge-1", now: Date() - 60)
            let new = try await fixture.device(name: "edge-1-2")
            let text = try await browser.get("/devices/\(new.id)").text
            #expect(text.contains("Take the place of edge-1") && text.contains("action=\"/devices/\(old.id)/replace\""))
            #expect(text.contains("name=\"with\" value=\"\(new.id)\""))
            let viewer = try await fixture.browser(.viewer, name: "bob").get("/devices/\(new.id)").text
            #expect(!viewer.contains("Take the place of"))
            let answer = try await browser.post("/devices/\(old.id)/replace", ["with": new.id])
            #expect(answer.status == 303 && answer.location == "/devices/\(old.id)")
            #expect(try await fixture.fleet.store.devices().count == 1)
        }
    }
}
