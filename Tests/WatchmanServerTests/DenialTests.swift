import Foundation
import HTTPTypes
import Logging
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// Who was refused is in the audit trail, and cannot fill it.
@Suite struct DenialTests {
    @Test func `a key whose role is too small is named with what it asked for`() async throws {
        try await ServerFixture.with { fixture in
            let (key, device) = (try await fixture.apiKey(.viewer), try await fixture.device())
            let answer = try await fixture.call(
                .delete, "/api/v1/devices/\(device.id)", .remote,
                headers: ["Authorization": "Bearer \(key.text.revealed)"])
            #expect(answer.status == 403)
            let refusals = try await fixture.refusals()
            #expect(
                refusals == [
                    "key:\(key.id) DELETE /api/v1/devices/{device} this is for the role admin; yours is viewer"
                ])
        }
    }

    @Test func `a person on a page that is not for them is named`() async throws {
        try await ServerFixture.with { fixture in
            let answer = try await fixture.browser(.viewer).get("/audit")
            #expect(answer.status == 403)
            let refusals = try await fixture.refusals()
            #expect(refusals.count == 1 && refusals.first?.hasPrefix("user:alice GET /audit ") == true)
        }
    }

    @Test func `a wrong API key and a forged device's call are nobody's`() async throws {
        try await ServerFixture.with { fixture in
            let (key, device) = (try await fixture.apiKey(), try await fixture.device())
            let path = "/api/v1/agent/password"
            for value in ["Bearer x", "Bearer \(key.text.revealed.dropLast())x"] {
                _ = try await fixture.call(.get, "/api/v1/devices", .remote, headers: ["Authorization": value])
            }
            _ = try await fixture.call(
                .post, path, .remote, headers: try device.headers(path, [], key: SSHPrivateKey.generate()))
            let refusals = try await fixture.refusals()
            #expect(
                refusals == [
                    "anyone GET /api/v1/devices the API key is not valid",
                    "anyone POST \(path) the call is not signed by the key of device \(device.id)",
                ])
        }
    }

    @Test func `those who claim nothing, and what does not exist, leave no row`() async throws {
        try await ServerFixture.with { fixture in
            _ = try await fixture.call(.get, "/api/v1/devices", .remote)
            _ = try await fixture.call(.post, "/api/v1/agent/password", .remote)
            _ = try await fixture.stranger.get("/audit")
            _ = try await fixture.stranger.post("/sign-out", headers: ["Origin": "https://evil.example"])
            _ = try await fixture.admin(.get, "/api/v1/devices/nobody")
            #expect(try await fixture.refusals() == [])
        }
    }

    @Test func `what comes again is counted, and told when its minute is over`() async throws {
        try await ServerFixture.with { fixture in
            let (denials, now) = (fixture.denials, Date())
            for _ in 0..<1000 { await denials.note("key:a", "GET /x", "no", now: now) }
            await denials.note("key:b", "GET /x", "no", now: now)
            let first = try await fixture.refusals()
            #expect(first == ["key:a GET /x no", "key:b GET /x no"])
            await denials.settle(now: now + 59)
            #expect(try await fixture.refusals().count == 2)
            await denials.settle(now: now + 60)
            #expect(
                try await fixture.refusals().dropFirst(2) == [
                    "key:a GET /x no, and 999 times more within a minute"
                ])
            await denials.note("key:a", "GET /x", "no", now: now + 61)
            #expect(try await fixture.refusals().count == 4)
        }
    }

    @Test func `a thousand addresses leave a hundred rows and a count`() async throws {
        try await ServerFixture.with { fixture in
            let (denials, now) = (fixture.denials, Date())
            for number in 0..<1000 {
                let source = Principal(name: "anyone", source: "2001:db8::\(String(number, radix: 16))")
                await denials.note(source, "GET /x", "no", now: now)
            }
            #expect(try await fixture.refusals().count == 101)
            await denials.settle(now: now + 60)
            let last = try await fixture.refusals().last
            #expect(last == "anyone many routes or addresses no, and 899 times more within a minute")
        }
    }
}
