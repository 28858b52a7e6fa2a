import Foundation
import HTTPTypes
import WatchmanCore
import WatchmanStore

/// What devices call.
struct AgentEndpoints: Sendable {
    let fleet: Fleet
    let authority: String

    var all: [Endpoint] {
        [
            Endpoint(method: .get, path: "/api/v1/identity", access: .anyone, answer: self.identity),
            Endpoint(method: .post, path: "/api/v1/register", access: .anyone, answer: self.register),
            Endpoint(method: .post, path: "/api/v1/agent/check-in", access: .device, answer: self.checkIn),
            Endpoint(method: .post, path: "/api/v1/agent/password", access: .device, answer: self.password),
            Endpoint(method: .post, path: "/api/v1/agent/password/confirm", access: .device, answer: self.confirm),
        ]
    }

    private func identity(_ call: Call) async throws -> any Encodable & Sendable {
        ServerIdentity(version: Version.current, certificateAuthority: self.authority, clock: call.now)
    }

    private func register(_ call: Call) async throws -> any Encodable & Sendable {
        let request = try call.body(RegistrationRequest.self)
        try Self.checkSignature(
            call.headers, of: call.bytes, namespace: DeviceSignature.registerNamespace, by: request.publicKey)
        return try await self.fleet.register(request, now: call.now).enrolment
    }

    private func checkIn(_ call: Call) async throws -> any Encodable & Sendable {
        try await self.fleet.checkIn(try call.device(), try call.body(CheckInRequest.self), now: call.now)
    }

    private func password(_ call: Call) async throws -> any Encodable & Sendable {
        try await self.fleet.pendingPassword(try call.device(), now: call.now)
    }

    private func confirm(_ call: Call) async throws -> any Encodable & Sendable {
        let version = try call.body(PasswordConfirmation.self).version
        try await self.fleet.store.confirmPassword(device: try call.device().device.id, version: version, now: call.now)
        return Acknowledgement()
    }

    /// Checks that the holder of `key` signed these bytes.
    ///
    /// - Throws: `WatchmanError` (`unauthenticated`).
    static func checkSignature(
        _ headers: HTTPFields, of message: [UInt8], namespace: String, by key: SSHPublicKey
    ) throws {
        let text = HTTPField.Name(DeviceSignature.signatureField).flatMap { headers[$0] } ?? ""
        guard let blob = Data(base64Encoded: text),
            (try? SSHSignature.verify(Array(blob), of: message, namespace: namespace, by: key)) != nil
        else { throw WatchmanError(.unauthenticated, "the call is not signed by the device's key") }
    }
}
