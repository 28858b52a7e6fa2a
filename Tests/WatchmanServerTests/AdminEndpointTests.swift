import Foundation
import HTTPTypes
import Testing
import WatchmanCore
import WatchmanGateway

@testable import WatchmanServer
@testable import WatchmanStore

/// What admins do, from request to answer.
@Suite struct AdminEndpointTests {
    @Test func `devices are listed, shown, changed and removed`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device(name: "edge-1")
            let list = try await fixture.admin(.get, "/api/v1/devices").decode(DeviceList.self)
            #expect(list.devices.map(\.id) == [device.id])
            let detail = try await fixture.admin(.get, "/api/v1/devices/edge-1").decode(DeviceDetail.self)
            #expect(detail.keyFingerprint == device.key.publicKey.fingerprint && detail.hostKeys.count == 1)
            #expect(detail.escrowsRootPassword && detail.vitals == nil)
            let change = DeviceChange(name: "attic", addTags: ["a"])
            let row = try await fixture.admin(.patch, "/api/v1/devices/edge", change).decode(DeviceSummary.self)
            #expect(row.name == "attic" && row.tags == ["a"])
            let bad = try await fixture.admin(.patch, "/api/v1/devices/attic", DeviceChange(name: "-x"))
            #expect(bad.status == 400)
            let gone = try await fixture.admin(.delete, "/api/v1/devices/attic").decode(DeviceSummary.self)
            #expect(gone.id == device.id)
            let again = try await fixture.admin(.delete, "/api/v1/devices/attic")
            #expect(again.status == 404)
        }
    }

    @Test func `a removed device's key gets no line at the gateway any more`() async throws {
        try await ServerFixture.with { fixture in
            let (device, other) = (try await fixture.device(name: "a"), try await fixture.device(name: "b"))
            let before = try fixture.keyLine(device)
            #expect(before != nil)
            _ = try await fixture.admin(.delete, "/api/v1/devices/a")
            let (gone, kept) = (try fixture.keyLine(device), try fixture.keyLine(other))
            #expect(gone == nil && kept != nil)
        }
    }

    @Test func `a lost gateway cache is filled again from the store`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device()
            try await fixture.fleet.lookup.replaceAll([])
            try await fixture.fleet.synchronizeGateway()
            let line = try fixture.keyLine(device)
            #expect(line != nil)
        }
    }

    @Test func `a token's secret is shown once and enrols`() async throws {
        try await ServerFixture.with { fixture in
            let request = JoinTokenRequest(lifetime: 60, uses: 2, tags: ["a"])
            let new = try await fixture.admin(.post, "/api/v1/tokens", request).decode(NewJoinToken.self)
            let token = try Credential(new.token.revealed, kind: .join)
            #expect(token.pin == fixture.fleet.pin && token.id == new.summary.id)
            #expect(new.summary.state == .active && new.summary.maxUses == 2 && new.summary.tags == ["a"])
            let list = try await fixture.admin(.get, "/api/v1/tokens")
            #expect(!String(decoding: list.bytes, as: UTF8.self).contains(token.secret.revealed))
            let rows = try list.decode(JoinTokenList.self).tokens
            #expect(rows.map(\.id) == [token.id])
            let row = try await fixture.admin(.delete, "/api/v1/tokens/\(token.id)").decode(JoinTokenSummary.self)
            #expect(row.state == .revoked)
        }
    }

    @Test func `a key's secret is shown once, lets in, and after its end no more`() async throws {
        try await ServerFixture.with { fixture in
            let new = try await fixture.admin(.post, "/api/v1/keys", APIKeyRequest(name: "laptop", role: .admin))
                .decode(NewAPIKey.self)
            let key = try Credential(new.key.revealed, kind: .apiKey)
            let headers = ["Authorization": "Bearer \(new.key.revealed)"]
            let list = try await fixture.call(.get, "/api/v1/keys", .remote, headers: headers)
            #expect(list.status == 200)
            #expect(!String(decoding: list.bytes, as: UTF8.self).contains(key.secret.revealed))
            let row = try await fixture.call(.delete, "/api/v1/keys/\(key.id)", .remote, headers: headers)
                .decode(APIKeySummary.self)
            #expect(row.revokedAt != nil)
            let after = try await fixture.call(.get, "/api/v1/keys", .remote, headers: headers)
            #expect(after.status == 401)
        }
    }

    @Test(arguments: ["tokens", "keys"]) func `what is not there cannot be revoked`(kind: String) async throws {
        try await ServerFixture.with { fixture in
            let answer = try await fixture.admin(.delete, "/api/v1/\(kind)/nobody")
            #expect(answer.status == 404)
            #expect(answer.error?.hint == "watchman admin \(kind) list")
        }
    }
}
