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
            Endpoint(.get, "/api/v1/identity", .anyone, "Tell what anyone may know of this server", self.identity),
            Endpoint(.post, "/api/v1/register", .anyone, "Enrol a device with a join token", self.register),
            Endpoint(.post, "/api/v1/register/nonce", .anyone, "Get what a registration must carry", self.nonce),
            Endpoint(.post, "/api/v1/agent/check-in", .device, "Report how the device is", self.checkIn),
            Endpoint(.post, "/api/v1/agent/password", .device, "Ask for the root password to set", self.password),
            Endpoint(
                .post, "/api/v1/agent/password/confirm", .device, "Say that the root password is set", self.confirm),
            Endpoint(
                .post, "/api/v1/agent/key", .device, "Go over to a key that no other machine has", self.changeKey),
        ]
    }

    private func identity(_ call: Call) async throws -> ServerIdentity {
        ServerIdentity(version: Version.current, certificateAuthority: self.authority, clock: call.now)
    }

    private func nonce(_ call: Call) async throws -> RegistrationNonce { self.fleet.gate.nonces.make(now: call.now) }

    private func register(_ call: Call, _ request: RegistrationRequest) async throws -> RegistrationAnswer {
        try await self.fleet.judge(request, source: call.source, now: call.now)
        try Self.checkSignature(
            call.headers, of: call.bytes, namespace: DeviceSignature.registerNamespace, by: request.publicKey)
        return try await self.fleet.register(request, source: call.source, now: call.now)
    }

    private func checkIn(_ call: Call, _ report: CheckInRequest) async throws -> CheckInResponse {
        try await self.fleet.checkIn(try call.signed(), report, source: call.source, now: call.now)
    }

    private func changeKey(_ call: Call, _ change: KeyChange) async throws -> Acknowledgement {
        try await self.fleet.changeKey(try call.signed(), change, source: call.source, now: call.now)
        return Acknowledgement()
    }

    private func password(_ call: Call) async throws -> PendingPassword {
        try await self.fleet.pendingPassword(try await self.device(call), now: call.now)
    }

    private func confirm(_ call: Call, _ confirmation: PasswordConfirmation) async throws -> Acknowledgement {
        let id = try await self.device(call).device.id
        try await self.fleet.confirmPassword(id, version: confirmation.version, now: call.now)
        return Acknowledgement()
    }

    /// The device that calls; the number of its call is used up.
    private func device(_ call: Call) async throws -> DeviceInfo {
        let signed = try call.signed()
        return try await self.fleet.store.acceptCall(device: signed.device, sequence: signed.sequence)
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
