import Foundation
import HTTPTypes
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

@Suite struct RegisterTests {
    private static let path = "/api/v1/register"

    /// Sends a registration whose proof is made by `signer`.
    private static func send(
        _ fixture: ServerFixture, _ request: RegistrationRequest, by signer: SSHPrivateKey,
        namespace: String = DeviceSignature.registerNamespace, nonce: String? = nil,
        change: ([UInt8]) -> [UInt8] = { $0 }
    ) async throws -> Answer {
        var request = request
        request.nonce = nonce ?? fixture.nonce()
        let bytes = Array(try WireJSON.encode(request))
        let signature = Data(try SSHSignature.sign(bytes, namespace: namespace, with: signer)).base64EncodedString()
        return try await fixture.call(
            .post, Self.path, .remote, headers: [DeviceSignature.signatureField: signature], bytes: change(bytes))
    }

    /// The body of a registration with a good nonce.
    private static func bytes(_ fixture: ServerFixture, _ request: RegistrationRequest) throws -> [UInt8] {
        var request = request
        request.nonce = fixture.nonce()
        return Array(try WireJSON.encode(request))
    }

    private static func uses(_ fixture: ServerFixture) async throws -> [Int] {
        try await fixture.fleet.store.joinTokens().map(\.uses)
    }

    @Test func `a device that proves its key is enrolled and let in at the gateway`() async throws {
        try await ServerFixture.with { fixture in
            let key = SSHPrivateKey.generate()
            let request = Sample.registration(try await fixture.token(), key: key.publicKey, hostname: "Edge-1.local")
            let answer = try await Self.send(fixture, request, by: key).decode(RegistrationAnswer.self)
            let enrolment = try #require(answer.enrolment)
            #expect(enrolment.name == "edge-1" && enrolment.port == 1100 && enrolment.gatewayUser == "wm-edge")
            let authorities = fixture.fleet.authorities
            #expect(enrolment.hostAuthority == authorities.host.publicKey)
            #expect(enrolment.userAuthority == authorities.user.publicKey)
            let line = try fixture.keyLine(TestDevice(id: enrolment.deviceID, key: key))
            #expect(line?.contains("permitlisten=\"127.0.0.1:1100\"") == true)
            let again = try await Self.send(fixture, request, by: key).decode(RegistrationAnswer.self)
            #expect(again.enrolment == enrolment)
            let uses = try await Self.uses(fixture)
            #expect(uses == [1])
        }
    }

    @Test func `a device that does not prove its key is not enrolled`() async throws {
        try await ServerFixture.with { fixture in
            let (key, other) = (SSHPrivateKey.generate(), SSHPrivateKey.generate())
            let request = Sample.registration(try await fixture.token(), key: key.publicKey)
            let answers = [
                try await Self.send(fixture, request, by: other),
                try await Self.send(fixture, request, by: key, namespace: DeviceSignature.callNamespace),
                try await Self.send(fixture, request, by: key) { $0 + [0x20] },
                try await fixture.call(.post, Self.path, .remote, bytes: try Self.bytes(fixture, request)),
                try await fixture.call(
                    .post, Self.path, .local, headers: [DeviceSignature.signatureField: "%%%"],
                    bytes: try Self.bytes(fixture, request)),
            ]
            for answer in answers {
                #expect(answer.status == 401)
                #expect(answer.error?.message == "the call is not signed by the device's key")
            }
            let (uses, devices) = (try await Self.uses(fixture), try await fixture.fleet.store.devices())
            #expect(uses == [0] && devices.isEmpty)
        }
    }

    @Test func `an ecdsa key cannot prove itself and is not enrolled`() async throws {
        try await ServerFixture.with { fixture in
            let line = """
                ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBNM/odN1HwssbF1BbxnWRK3D0XgIlePn\
                5X88xCwPUlyr9k5xjsBwXYgyX31p6NJKypryZyPTjH5lds5OGQbeH1w=
                """
            let request = Sample.registration(try await fixture.token(), key: try SSHPublicKey(line: line))
            let answer = try await Self.send(fixture, request, by: .generate())
            #expect(answer.status == 401)
        }
    }

    @Test func `a request that was meant for another server is refused`() async throws {
        try await ServerFixture.with { fixture in
            let key = SSHPrivateKey.generate()
            var request = Sample.registration(try await fixture.token(), key: key.publicKey)
            request.pin = String(repeating: "x", count: 43)
            let answer = try await Self.send(fixture, request, by: key)
            #expect(answer.status == 403)
            #expect(answer.error?.message == "the registration is for another server")
        }
    }

    @Test(arguments: [0, 9, 100]) func `a device has some host keys, but not many`(count: Int) async throws {
        try await ServerFixture.with { fixture in
            let key = SSHPrivateKey.generate()
            let hostKeys = Array(repeating: key.publicKey, count: count)
            let request = Sample.registration(try await fixture.token(), key: key.publicKey, hostKeys: hostKeys)
            let answer = try await Self.send(fixture, request, by: key)
            #expect(answer.status == 400)
            #expect(answer.error?.message == "a device has 1 to 8 host keys, not \(count)")
            let uses = try await Self.uses(fixture)
            #expect(uses == [0])
        }
    }

    @Test func `a wrong secret, a used token and a taken name have their own status`() async throws {
        try await ServerFixture.with { fixture in
            let key = SSHPrivateKey.generate()
            let token = try await fixture.token(uses: 1)
            let wrong = Sample.registration(Credential(new: .join, pin: token.pin), key: key.publicKey)
            let one = try await Self.send(fixture, wrong, by: key)
            #expect(one.status == 401 && one.error?.code == .unauthenticated)
            _ = try await fixture.device(name: "tower")
            let named = Sample.registration(token, key: key.publicKey, name: "tower")
            let two = try await Self.send(fixture, named, by: key)
            #expect(two.status == 409 && two.error?.message == "the name tower is taken")
            let first = try await Self.send(fixture, Sample.registration(token, key: key.publicKey), by: key)
            #expect(first.status == 200)
            let next = SSHPrivateKey.generate()
            let three = try await Self.send(fixture, Sample.registration(token, key: next.publicKey), by: next)
            #expect(three.status == 403 && three.error?.code == .forbidden)
        }
    }

    @Test func `no answer repeats a secret`() async throws {
        try await ServerFixture.with { fixture in
            let key = SSHPrivateKey.generate()
            let token = try await fixture.token(uses: 1)
            for name in ["ok", "-bad", "ok"] {
                let answer = try await Self.send(
                    fixture, Sample.registration(token, key: key.publicKey, name: name), by: key)
                #expect(!String(decoding: answer.bytes, as: UTF8.self).contains(token.secret.revealed))
            }
        }
    }
}
