import Foundation
import HTTPTypes
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// What a proxy would say of the caller can be written by anyone: it changes nothing.
@Suite struct ProxyHeaderTests {
    static let headers = [
        "X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Client-IP", "X-Forwarded-Host", "X-Forwarded-Proto", "Via",
        "True-Client-IP", "CF-Connecting-IP", "X-Cluster-Client-IP", "X-Original-URL", "X-Rewrite-URL",
    ]

    private static func value(_ header: String) -> String {
        header == "Forwarded" ? "for=198.51.100.9;host=localhost;proto=http" : "198.51.100.9"
    }

    @Test(arguments: headers) func `the audit trail has the peer's address`(header: String) async throws {
        try await ServerFixture.with { fixture in
            let headers = [header: Self.value(header)]
            let refused = try await fixture.stranger.post(
                "/sign-in", ["name": "alice", "password": "wrong"], headers: headers)
            #expect(refused.status == 401)
            let wrong = headers.merging(["Authorization": "Bearer x"]) { $1 }
            _ = try await fixture.call(.get, "/api/v1/devices", .remote, headers: wrong)
            let rows = try await fixture.fleet.store.auditTrail(after: 0, limit: 10)
            // The router's tests have no peer.
            #expect(rows.map(\.source) == ["unknown", "unknown"])
        }
    }

    @Test(arguments: headers) func `guesses wait, whatever address they claim`(header: String) async throws {
        try await ServerFixture.with { fixture in
            var statuses: [Int] = []
            // Each failure doubles the wait: however slow the machine, one of these tries comes too early.
            while statuses.last != 429 && statuses.count < 12 {
                let number = statuses.count
                let answer = try await fixture.stranger.post(
                    "/sign-in", ["name": "alice", "password": "wrong"],
                    headers: [header: "198.51.100.\(number)"])
                statuses.append(answer.status)
            }
            #expect(statuses.last == 429 && statuses.count > 4 && statuses.dropLast().allSatisfy { $0 == 401 })
        }
    }
}
