import Foundation
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

@Suite struct FleetConnectTests {
    private static let now = Date(timeIntervalSince1970: 1_790_000_000)
    private static let key = SSHPrivateKey.generate().publicKey

    private static func grant(_ fixture: ServerFixture, _ reference: String) async throws -> ConnectGrant {
        try await fixture.fleet.connect(
            reference, ConnectRequest(publicKey: self.key, user: "root"), actor: "key:abc", now: self.now)
    }

    @Test func `a grant tells the way and pins the device's keys`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device(name: "edge-1")
            let grant = try await Self.grant(fixture, "edge")
            let info = try await fixture.info(device)
            #expect(grant.deviceID == device.id && grant.name == "edge-1" && grant.port == info.port)
            #expect(grant.hostKeys == info.device.hostKeys && grant.hostKeys.count == 1)
            #expect(grant.gatewayUser == "wm-jump" && grant.gatewayPort == 2222 && grant.gatewayHost == nil)
            #expect(grant.hostAuthority == fixture.fleet.authorities.host.publicKey)
            #expect(grant.expiresAt == Self.now + 300)
            #expect(grant.state == .offline && grant.reason == "never checked in")
        }
    }

    @Test func `the gateway's certificate is for one device's port, in the server's clock`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device()
            let certificate = try ParsedCertificate(try await Self.grant(fixture, device.id).gatewayCertificate)
            #expect(certificate.role == 1 && certificate.serial == 1)
            #expect(certificate.keyID == "\(device.id) key:abc")
            #expect(certificate.principals == ["wm-jump-\(device.id)"])
            #expect(certificate.validAfter == 1_790_000_000 - 60 && certificate.validBefore == 1_790_000_000 + 300)
            #expect(certificate.options.isEmpty)
            #expect(certificate.extensions == ["permit-port-forwarding"])
            #expect(certificate.authority == fixture.fleet.authorities.user.publicKey.blob)
            #expect(Self.key.blob.suffix(32).elementsEqual(certificate.key))
        }
    }

    @Test func `the device's certificate is for that device, from its own loopback`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device(clock: Self.now, now: Self.now)
            let certificate = try ParsedCertificate(try await Self.grant(fixture, device.id).deviceCertificate)
            #expect(certificate.role == 1 && certificate.principals == ["wm-\(device.id)"])
            #expect(certificate.validAfter == 1_790_000_000 - 60 && certificate.validBefore == 1_790_000_000 + 300)
            // The option's value is itself a string with its length in front.
            #expect(certificate.options.keys.sorted() == ["source-address"])
            #expect(certificate.options["source-address"]?.hasSuffix("127.0.0.1/32,::1/128") == true)
            #expect(
                certificate.extensions == ["permit-agent-forwarding", "permit-port-forwarding", "permit-pty"])
            #expect(certificate.authority == fixture.fleet.authorities.user.publicKey.blob)
        }
    }

    @Test(arguments: [
        (TimeInterval(1000), UInt64(940), UInt64(1300)), (30, 0, 330), (4_000_000_000, 3_999_999_940, 4_000_000_300),
    ])
    func `the window is in the device's own clock, however wrong that is`(
        clock: TimeInterval, after: UInt64, before: UInt64
    )
        async throws
    {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device(clock: Date(timeIntervalSince1970: clock), now: Self.now)
            let certificate = try ParsedCertificate(try await Self.grant(fixture, device.id).deviceCertificate)
            #expect(certificate.validAfter == after && certificate.validBefore == before)
        }
    }

    @Test func `the clock of the last check-in counts`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device(clock: Date(timeIntervalSince1970: 1000), now: Self.now)
            let report = CheckInRequest(
                facts: Sample.facts(), vitals: Sample.vitals(clock: Self.now + 10), tunnelProblem: nil)
            _ = try await fixture.fleet.checkIn(SignedCall(device: device.id, sequence: 1), report, now: Self.now)
            let certificate = try ParsedCertificate(try await Self.grant(fixture, device.id).deviceCertificate)
            #expect(certificate.validAfter == 1_790_000_000 + 10 - 60)
        }
    }

    @Test func `each grant has its own serial number, the same in both certificates`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device()
            for serial in UInt64(1)...3 {
                let grant = try await Self.grant(fixture, device.id)
                let serials = [
                    try ParsedCertificate(grant.gatewayCertificate).serial,
                    try ParsedCertificate(grant.deviceCertificate).serial,
                ]
                #expect(serials == [serial, serial])
            }
        }
    }

    @Test func `two devices' certificates share no principal`() async throws {
        try await ServerFixture.with { fixture in
            var principals: [String] = []
            for _ in 0..<2 {
                let grant = try await Self.grant(fixture, try await fixture.device().id)
                principals += try ParsedCertificate(grant.gatewayCertificate).principals
                principals += try ParsedCertificate(grant.deviceCertificate).principals
            }
            #expect(Set(principals).count == 4)
        }
    }

    @Test func `nobody is let in to a device that is not there, and nothing is recorded`() async throws {
        try await ServerFixture.with { fixture in
            let error = await #expect(throws: WatchmanError.self) { try await Self.grant(fixture, "nobody") }
            #expect(error?.code == .notFound)
            let count = try await fixture.auditCount()
            #expect(count == 0)
        }
    }
}
