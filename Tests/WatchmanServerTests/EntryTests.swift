import Foundation
import GRDB
import HTTPTypes
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// Whom `connect` lets in, and as whom.
@Suite struct EntryTests {
    private static func connect(_ fixture: ServerFixture, as user: String) async throws -> Answer {
        let request = ConnectRequest(publicKey: SSHPrivateKey.generate().publicKey, user: user)
        return try await fixture.admin(.post, "/api/v1/devices/edge-1/connect", request)
    }

    private static func report(_ logins: [String]?, hostKeys: [SSHPublicKey]? = nil) -> CheckInRequest {
        CheckInRequest(
            facts: Sample.facts(), vitals: Sample.vitals(clock: Date()), tunnelProblem: nil, hostKeys: hostKeys,
            logins: logins)
    }

    @Test func `a certificate is for one login of the device`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device(name: "edge-1")
            _ = try await fixture.fleet.checkIn(
                SignedCall(device: device.id, sequence: 1), Self.report(["root", "pi"]), now: Date())
            for (user, principal) in [("root", "wm-\(device.id)"), ("pi", "wm-\(device.id)/pi")] {
                let grant = try await Self.connect(fixture, as: user).decode(ConnectGrant.self)
                #expect(try ParsedCertificate(grant.deviceCertificate).principals == [principal])
            }
        }
    }

    @Test func `a login that the device does not have is refused before anything is signed`() async throws {
        try await ServerFixture.with { fixture in
            _ = try await fixture.device(name: "edge-1")
            let answer = try await Self.connect(fixture, as: "pi")
            #expect(
                answer.error
                    == WatchmanError(
                        .notFound, "edge-1 has no login pi, only root: add it there",
                        hint: "watchman agent logins add pi"))
            for user in ["", "-x", "a b", "root,pi", "../x", "\u{1b}[2J", String(repeating: "a", count: 33)] {
                #expect(try await Self.connect(fixture, as: user).error?.code == .invalid)
            }
            let certificates = try await fixture.fleet.store.read { db in
                try Int.fetchOne(db, sql: "SELECT count(*) FROM certificate")
            }
            #expect(certificates == 0)
        }
    }

    @Test func `logins that cannot be users are dropped, root is always there, an older agent has root`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device(name: "edge-1")
            let hostile = ["pi", "-oProxyCommand=x", "a,b", "a\nb", "", "pi", String(repeating: "a", count: 99)]
            for (sequence, logins) in [(Int64(1), hostile), (2, nil)] {
                _ = try await fixture.fleet.checkIn(
                    SignedCall(device: device.id, sequence: sequence), Self.report(logins), now: Date())
                #expect(try await fixture.info(device).device.loginUsers == ["root", "pi"])
            }
            _ = try await fixture.fleet.checkIn(
                SignedCall(device: device.id, sequence: 3), Self.report([]), now: Date())
            #expect(try await fixture.info(device).device.loginUsers == ["root"])
        }
    }

    @Test func `other host keys close the device until they are accepted`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device(name: "edge-1")
            let keys = [SSHPrivateKey.generate().publicKey]
            _ = try await fixture.fleet.checkIn(
                SignedCall(device: device.id, sequence: 1), Self.report(nil, hostKeys: keys), now: Date())
            let refusal = try await Self.connect(fixture, as: "root")
            #expect(refusal.status == 503)
            #expect(refusal.error?.hint == "watchman devices accept-host-keys edge-1")
            let list = try await fixture.admin(.get, "/api/v1/devices?state=hostkey-changed").decode(DeviceList.self)
            #expect(list.devices.map(\.id) == [device.id] && list.devices[0].state == .hostKeyChanged)

            let path = "/api/v1/devices/edge-1/accept-host-keys"
            let others = HostKeyAcceptance(hostKeys: [SSHPrivateKey.generate().publicKey])
            #expect(try await fixture.admin(.post, path, others).error?.code == .conflict)
            #expect(try await fixture.admin(.post, path, HostKeyAcceptance(hostKeys: keys)).status == 200)
            #expect(try await fixture.admin(.post, path, HostKeyAcceptance(hostKeys: keys)).error?.code == .conflict)

            let grant = try await Self.connect(fixture, as: "root").decode(ConnectGrant.self)
            #expect(grant.hostKeys == keys)
        }
    }
}
