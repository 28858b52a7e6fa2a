import Foundation
import HTTPTypes
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// Calls that devices sign.
@Suite struct DeviceCallTests {
    private static let path = "/api/v1/agent/check-in"
    private static let secretPath = "/api/v1/agent/password"

    private static func report() throws -> [UInt8] {
        Array(
            try WireJSON.encode(CheckInRequest(facts: Sample.facts(), vitals: Sample.vitals(), tunnelProblem: "x")))
    }

    private static func send(
        _ fixture: ServerFixture, _ headers: [String: String], _ bytes: [UInt8], to path: String = path
    ) async throws -> Answer {
        try await fixture.call(.post, path, .remote, headers: headers, bytes: bytes)
    }

    @Test func `a signed check-in is taken and answered with the enrolment`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device(name: "edge-1")
            let bytes = try Self.report()
            let answer = try await Self.send(fixture, device.headers(Self.path, bytes), bytes)
            let response = try answer.decode(CheckInResponse.self)
            #expect(response.interval == 30 && response.passwordIsPending)
            let enrolment = response.enrolment
            #expect(enrolment.deviceID == device.id && enrolment.name == "edge-1" && enrolment.port == 1100)
            #expect(enrolment.gatewayUser == "wm-edge" && enrolment.gatewayPort == 2222 && enrolment.gatewayHost == nil)
            let stored = try await fixture.info(device).device
            #expect(stored.tunnelProblem == "x" && stored.lastSeen != nil && stored.sequence == 1)
        }
    }

    @Test func `a number that was used before is told, with the last one`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device()
            let bytes = try Self.report()
            let first = try await Self.send(fixture, device.headers(Self.path, bytes, sequence: 7), bytes)
            #expect(first.status == 200)
            for sequence in [Int64(7), 6, 1, 0, -1, .min] {
                let headers = try device.headers(Self.path, bytes, sequence: sequence)
                let answer = try await Self.send(fixture, headers, bytes)
                #expect(answer.status == 409)
                #expect(answer.error.flatMap(StaleCall.lastSequence) == 7)
            }
            let next = try await Self.send(fixture, device.headers(Self.path, bytes, sequence: 8), bytes)
            #expect(next.status == 200)
        }
    }

    /// A key is only changed when that was asked for: that has tests of its own.
    @Test(
        arguments: AccessTests.rules.filter { $0.value == .device && $0.key != "POST /api/v1/agent/key" }.keys.sorted())
    func `no endpoint for devices takes a call twice`(endpoint: String) async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device()
            let words = endpoint.split(separator: " ").map(String.init)
            _ = try await fixture.fleet.pendingPassword(try await fixture.info(device), now: Date())
            let bytes =
                words[1].hasSuffix("confirm")
                ? Array(try WireJSON.encode(PasswordConfirmation(version: 1))) : try Self.report()
            let headers = try device.headers(words[1], bytes, method: words[0])
            let method = try #require(HTTPRequest.Method(rawValue: words[0]))
            let first = try await fixture.call(method, words[1], .remote, headers: headers, bytes: bytes)
            let second = try await fixture.call(method, words[1], .remote, headers: headers, bytes: bytes)
            #expect(first.status == 200 && second.status == 409)
        }
    }

    @Test func `a call that is not what was signed is refused, and its number is not used up`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device()
            let other = try await fixture.device()
            let bytes = try Self.report()
            let good = try device.headers(Self.path, bytes)
            let changed = good.merging([DeviceSignature.sequenceField: "99"]) { $1 }
            let asOther = good.merging([DeviceSignature.deviceField: other.id]) { $1 }
            let attempts: [([String: String], [UInt8], String)] = [
                (good, bytes, Self.secretPath), (good, bytes + [0x20], Self.path), (good, [], Self.path),
                (good, bytes, "\(Self.path)/../password"), (changed, bytes, Self.path), (asOther, bytes, Self.path),
                (try device.headers(Self.path, bytes, key: other.key), bytes, Self.path),
                (try device.headers(Self.path, bytes, method: "GET"), bytes, Self.path),
                (try device.headers(Self.path, bytes, namespace: DeviceSignature.registerNamespace), bytes, Self.path),
            ]
            for (headers, body, path) in attempts {
                let answer = try await Self.send(fixture, headers, body, to: path)
                #expect([401, 404].contains(answer.status))
                #expect(answer.error != nil)
            }
            let sequences = [
                try await fixture.info(device).device.sequence, try await fixture.info(other).device.sequence,
            ]
            #expect(sequences == [0, 0])
            let answer = try await Self.send(fixture, good, bytes)
            #expect(answer.status == 200)
        }
    }

    @Test func `headers that are cut, hostile or missing are refused`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device()
            let bytes = try Self.report()
            let good = try device.headers(Self.path, bytes)
            for name in good.keys {
                let answer = try await Self.send(fixture, good.filter { $0.key != name }, bytes)
                #expect(answer.status == 401)
            }
            let damages = [
                (DeviceSignature.deviceField, ["", "-x", "../x", "' OR 1=1 --", "nobody", device.id.uppercased()]),
                (DeviceSignature.sequenceField, ["", "x", "1.0", "0x1", "99999999999999999999", "1 2"]),
                (DeviceSignature.signatureField, ["", "AAAA", "!", "U1NIU0lH", String(repeating: "A", count: 20000)]),
            ]
            for (name, values) in damages {
                for value in values {
                    let answer = try await Self.send(fixture, good.merging([name: value]) { $1 }, bytes)
                    #expect(answer.status == 401)
                    #expect(answer.error?.code == .unauthenticated)
                }
            }
        }
    }

    @Test func `a device that was removed is told so`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device(name: "edge-1")
            _ = try await fixture.fleet.remove("edge-1", actor: "local", now: Date())
            let bytes = try Self.report()
            let answer = try await Self.send(fixture, device.headers(Self.path, bytes), bytes)
            #expect(answer.status == 401)
            #expect(
                answer.error
                    == WatchmanError(
                        .unauthenticated, "device \(device.id) is not enrolled here: it was removed",
                        hint: "watchman register"))
        }
    }

    @Test func `a root password is given, set, confirmed and shown to admins`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device()
            let nothing = Array(try WireJSON.encode(Acknowledgement()))
            let path = Self.secretPath
            let first = try await Self.send(fixture, device.headers(path, nothing), nothing, to: path)
            let pending = try first.decode(PendingPassword.self)
            let second = try await Self.send(fixture, device.headers(path, nothing, sequence: 2), nothing, to: path)
            let again = try second.decode(PendingPassword.self)
            #expect(pending.version == 1 && again.version == 1)
            #expect(pending.password == again.password && pending.password.revealed.utf8.count == 24)
            #expect(first.headers[.cacheControl] == "no-store")
            let reveal = RevealRequest(reason: "test")
            let before = try await fixture.admin(.post, "/api/v1/devices/\(device.id)/reveal-password", reveal)
                .decode(RevealedPassword.self)
            #expect(before.current == nil && before.pending == pending.password)
            let confirmation = Array(try WireJSON.encode(PasswordConfirmation(version: 1)))
            let confirm = "\(path)/confirm"
            let confirmed = try await Self.send(
                fixture, device.headers(confirm, confirmation, sequence: 3), confirmation, to: confirm)
            #expect(confirmed.status == 200)
            let after = try await fixture.admin(.post, "/api/v1/devices/\(device.id)/reveal-password", reveal)
                .decode(RevealedPassword.self)
            #expect(after.current == pending.password && after.pending == nil)
        }
    }

    @Test func `a device whose password is not held gets none`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device(name: "edge-1", escrowsRootPassword: false)
            let nothing = Array("{}".utf8)
            let answer = try await Self.send(
                fixture, device.headers(Self.secretPath, nothing), nothing, to: Self.secretPath)
            #expect(answer.status == 409)
            let reveal = try await fixture.admin(
                .post, "/api/v1/devices/edge-1/reveal-password", RevealRequest(reason: "test"))
            #expect(reveal.error == WatchmanError(.notFound, "the server does not hold the root password of edge-1"))
        }
    }
}
