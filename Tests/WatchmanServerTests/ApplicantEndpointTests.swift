import Foundation
import HTTPTypes
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

@Suite struct ApplicantEndpointTests {
    private static func register(
        _ fixture: ServerFixture, _ token: Credential, _ key: SSHPrivateKey
    ) async throws -> Answer {
        try await RegisterAttackTests.Attempt(
            request: Sample.registration(token, key: key.publicKey, nonce: fixture.nonce()), signer: key
        ).send(to: fixture)
    }

    @Test func `a device waits until it is approved, and the gateway opens only then`() async throws {
        try await ServerFixture.with { fixture in
            let (token, key) = (try await fixture.token(approval: .manual), SSHPrivateKey.generate())
            let waiting = try await Self.register(fixture, token, key).decode(RegistrationAnswer.self)
            let place = try #require(waiting.waiting)
            #expect(waiting.enrolment == nil && place.keyFingerprint == key.publicKey.fingerprint)
            let device = TestDevice(id: place.id, key: key)
            #expect(try fixture.keyLine(device) == nil)
            let list = try await fixture.admin(.get, "/api/v1/applicants").decode(ApplicantList.self)
            #expect(list.applicants.map(\.id) == [place.id])
            let row = try await fixture.admin(
                .post, "/api/v1/applicants/\(place.id.prefix(5))/approve", ApprovalRequest(name: "edge-7")
            ).decode(DeviceSummary.self)
            #expect(row.id == place.id && row.name == "edge-7")
            #expect(try fixture.keyLine(device) != nil)
            let answer = try await Self.register(fixture, token, key).decode(RegistrationAnswer.self)
            #expect(answer.enrolment?.deviceID == place.id && answer.enrolment?.name == "edge-7")
            let again = try await fixture.admin(
                .post, "/api/v1/applicants/\(place.id)/approve", ApprovalRequest())
            #expect(again.status == 200)
            let no = try await fixture.admin(.post, "/api/v1/applicants/\(place.id)/reject", Acknowledgement())
            #expect(no.status == 409)
        }
    }

    @Test func `a rejected device is told so`() async throws {
        try await ServerFixture.with { fixture in
            let (token, key) = (try await fixture.token(approval: .manual), SSHPrivateKey.generate())
            let waiting = try await Self.register(fixture, token, key).decode(RegistrationAnswer.self)
            let id = try #require(waiting.waiting?.id)
            let row = try await fixture.admin(.post, "/api/v1/applicants/\(id)/reject", Acknowledgement())
                .decode(ApplicantSummary.self)
            #expect(row.state == .rejected)
            let answer = try await Self.register(fixture, token, key)
            #expect(answer.status == 403)
            #expect(answer.error?.message == "this device was rejected: ask whoever manages the server")
            let late = try await fixture.admin(.post, "/api/v1/applicants/\(id)/approve", ApprovalRequest())
            #expect(late.status == 409)
            let nobody = try await fixture.admin(.post, "/api/v1/applicants/zzzzzzzzzz/approve", ApprovalRequest())
            #expect(nobody.status == 404)
        }
    }

    @Test
    func `a machine that takes a device's place has its gateway port, calls under its old id, and the old key is out`()
        async throws
    {
        try await ServerFixture.with { fixture in
            let (old, new) = (try await fixture.device(name: "edge-1"), try await fixture.device(name: "edge-1-2"))
            let port = try await fixture.info(old).port
            let password = try await fixture.fleet.pendingPassword(try await fixture.info(new), now: Date())
            let report = CheckInRequest(facts: Sample.facts(), vitals: Sample.vitals(), tunnelProblem: nil)
            let bytes = Array(try WireJSON.encode(report))
            let path = "/api/v1/agent/check-in"
            let checkIn: (TestDevice, Int64) async throws -> Answer = { device, sequence in
                try await fixture.call(
                    .post, path, .remote, headers: try device.headers(path, bytes, sequence: sequence), bytes: bytes)
            }
            let before = try await checkIn(new, 4)
            #expect(before.status == 200)
            let row = try await fixture.admin(
                .post, "/api/v1/devices/edge-1/replace", ReplaceRequest(with: "edge-1-2")
            ).decode(DeviceSummary.self)
            #expect(row.id == old.id && row.port == port)
            #expect(try fixture.keyLine(old) == nil)
            #expect(try fixture.keyLine(new)?.contains("permitlisten=\"127.0.0.1:\(port)\"") == true)
            let refused = try await checkIn(old, 99)
            #expect(refused.status == 401)
            let replayed = try await checkIn(new, 4)
            #expect(replayed.status == 409)
            let taken = try await checkIn(new, 5)
            let enrolment = try taken.decode(CheckInResponse.self).enrolment
            #expect(enrolment.deviceID == old.id && enrolment.port == port && enrolment.name == "edge-1")
            let adopted = TestDevice(id: old.id, key: new.key)
            let own = try await checkIn(adopted, 6)
            #expect(own.status == 200)
            let revealed = try await fixture.fleet.revealPassword(
                "edge-1", RevealRequest(reason: "test"), actor: "local", now: Date())
            #expect(revealed.pending == password.password)
        }
    }

    @Test func `an applicant is approved in the place of a device by one call`() async throws {
        try await ServerFixture.with { fixture in
            let old = try await fixture.device(name: "edge-1")
            let new = try await fixture.applicant()
            let request = ApprovalRequest(name: "edge-9", replace: old.id)
            for _ in 0..<2 {
                let row = try await fixture.admin(
                    .post, "/api/v1/applicants/\(new.id)/approve", request
                ).decode(DeviceSummary.self)
                #expect(row.id == old.id && row.name == "edge-9")
            }
            #expect(try fixture.keyLine(new) != nil && fixture.keyLine(old) == nil)
        }
    }
}
