import Foundation
import HTTPTypes
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// One key, two machines.
@Suite struct DuplicateTests {
    private static let path = "/api/v1/agent/key"
    private static let boots = ServerFixture.bootIDs

    private static func send(
        _ fixture: ServerFixture, _ device: TestDevice, _ change: KeyChange, sequence: Int64 = 1
    ) async throws -> Answer {
        let bytes = Array(try WireJSON.encode(change))
        return try await fixture.call(
            .post, self.path, .remote, headers: try device.headers(self.path, bytes, sequence: sequence), bytes: bytes)
    }

    private static func checkIn(_ fixture: ServerFixture, _ device: TestDevice, _ boot: Int, _ sequence: Int64)
        async throws -> Answer
    {
        let report = CheckInRequest(
            facts: Sample.facts(), vitals: Sample.vitals(clock: Date()), tunnelProblem: nil,
            bootID: self.boots[boot])
        let bytes = Array(try WireJSON.encode(report))
        let path = "/api/v1/agent/check-in"
        return try await fixture.call(
            .post, path, .remote, headers: try device.headers(path, bytes, sequence: sequence), bytes: bytes)
    }

    @Test func `from the second machine to the one that stays`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device(name: "edge-1")
            for (sequence, boot) in [0, 1, 0].enumerated() {
                let answer = try await Self.checkIn(fixture, device, boot, Int64(sequence) + 1)
                #expect(try answer.decode(CheckInResponse.self).needsNewKey == false)
            }
            let detail = try await fixture.admin(.get, "/api/v1/devices/edge-1").decode(DeviceDetail.self)
            #expect(detail.summary.state == .duplicate && detail.summary.reason == Fleet.duplicateReason)
            #expect(Set(detail.instances?.map(\.bootID) ?? []) == Set(Self.boots))
            let choice = InstanceChoice(instance: "9b1c")
            #expect(try await fixture.admin(.post, "/api/v1/devices/edge-1/choose", choice).status == 200)
            let other = try await Self.checkIn(fixture, device, 0, 4).decode(CheckInResponse.self)
            let chosen = try await Self.checkIn(fixture, device, 1, 5).decode(CheckInResponse.self)
            #expect(other.needsNewKey == false && chosen.needsNewKey == true)

            let new = SSHPrivateKey.generate()
            let change = try device.keyChange(to: new, bootID: Self.boots[1])
            #expect(try await Self.send(fixture, device, change, sequence: 6).status == 200)

            let renewed = TestDevice(id: device.id, key: new)
            #expect(try fixture.keyLine(device) == nil, "the gateway does not know the old key any more")
            #expect(try fixture.keyLine(renewed) != nil)
            #expect(try await Self.checkIn(fixture, device, 0, 7).status == 401)
            #expect(try await Self.checkIn(fixture, renewed, 1, 7).status == 200)
            let after = try await fixture.admin(.get, "/api/v1/devices/edge-1").decode(DeviceDetail.self)
            #expect(after.summary.state == .offline && after.keyFingerprint == new.publicKey.fingerprint)
            #expect(after.instances?.map(\.bootID) == [Self.boots[1]])
        }
    }

    @Test func `a new key that does not sign for itself is refused`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device()
            try await fixture.duplicate(device, chosen: 0)
            let (mine, theirs) = (SSHPrivateKey.generate(), SSHPrivateKey.generate())
            let stranger = TestDevice(id: "zzzzzzzz22", key: device.key)
            let changes = [
                try device.keyChange(to: theirs, bootID: Self.boots[0], proof: mine),
                try stranger.keyChange(to: mine, bootID: Self.boots[0]),
                KeyChange(publicKey: mine.publicKey, bootID: Self.boots[0], proof: ""),
                KeyChange(publicKey: mine.publicKey, bootID: Self.boots[0], proof: "!"),
                KeyChange(
                    publicKey: mine.publicKey, bootID: Self.boots[0],
                    proof: try device.keyChange(to: mine, bootID: Self.boots[1]).proof),
            ]
            for change in changes {
                #expect(try await Self.send(fixture, device, change).error?.code == .invalid)
            }
            #expect(try fixture.keyLine(device) != nil)
        }
    }

    @Test func `the machine that was not chosen keeps no key, and neither does one that nobody asked`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device()
            let change = try device.keyChange(to: .generate(), bootID: Self.boots[1])
            #expect(try await Self.send(fixture, device, change).error?.code == .conflict)
            try await fixture.duplicate(device, chosen: 0)
            #expect(try await Self.send(fixture, device, change, sequence: 2).error?.code == .conflict)
            #expect(try fixture.keyLine(device) != nil)
        }
    }

    @Test func `another device's key is not taken over, and a call is taken once`() async throws {
        try await ServerFixture.with { fixture in
            let (device, other) = (try await fixture.device(), try await fixture.device())
            try await fixture.duplicate(device, chosen: 0)
            let taken = try device.keyChange(to: other.key, bootID: Self.boots[0])
            #expect(try await Self.send(fixture, device, taken).error?.code == .conflict)
            let change = try device.keyChange(to: .generate(), bootID: Self.boots[0])
            #expect(try await Self.send(fixture, device, change, sequence: 2).status == 200)
            #expect(try await Self.send(fixture, device, change, sequence: 3).status == 401)
        }
    }

    @Test func `whoever enters a duplicate is warned and let in`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device(name: "edge-1")
            try await fixture.duplicate(device)
            let request = ConnectRequest(publicKey: SSHPrivateKey.generate().publicKey, user: "root")
            let grant = try await fixture.fleet.connect("edge-1", request, actor: "local", now: Date())
            #expect(grant.warning == "edge-1 is a duplicate: two machines use its key: choose one")
            #expect(grant.state == .offline && grant.reason == "never checked in")
        }
    }
}
