import Foundation
public import WatchmanCore

/// Calls that a device signs with its key.
public actor DeviceCaller {
    private let client: APIClient
    private let device: String
    private let key: SSHPrivateKey
    private var sequence: Int64 = 0

    /// A caller for an enrolled device.
    public init(client: APIClient, device: String, key: SSHPrivateKey) {
        self.client = client
        self.device = device
        self.key = key
    }

    /// `POST path` with a signed JSON body. A number that the server has seen is replaced by a fresh one, a few times, because
    /// `register` and the agent may be calling at the same moment.
    public func post<Answer: Decodable & Sendable>(_ path: String, _ body: some Encodable) async throws -> Answer {
        let bytes = Array(try WireJSON.encode(body))
        for _ in 1..<5 {
            do {
                return try await self.send(path, bytes)
            } catch let error as WatchmanError {
                guard let last = StaleCall.lastSequence(error) else { throw error }
                self.sequence = max(self.sequence, last)
            }
        }
        return try await self.send(path, bytes)
    }

    private func send<Answer: Decodable & Sendable>(_ path: String, _ bytes: [UInt8]) async throws -> Answer {
        self.sequence += 1
        let message = DeviceSignature.message(
            method: "POST", path: path, device: self.device, sequence: self.sequence, body: bytes)
        let signature = try SSHSignature.sign(message, namespace: DeviceSignature.callNamespace, with: self.key)
        let headers = [
            (DeviceSignature.deviceField, self.device), (DeviceSignature.sequenceField, "\(self.sequence)"),
            (DeviceSignature.signatureField, Data(signature).base64EncodedString()),
        ]
        return try await self.client.call("POST", path, body: bytes, headers: headers)
    }
}

extension APIClient {
    /// Asks to be enrolled: the body holds a nonce of the server and is signed with the key that is to be enrolled. Asking twice with one
    /// key gives the same device.
    public func register(_ request: RegistrationRequest, key: SSHPrivateKey) async throws -> RegistrationAnswer {
        for _ in 1..<3 {
            do {
                return try await self.registerOnce(request, key: key)
            } catch let error as WatchmanError where error == RegistrationNonce.refusal {
                // The server started anew in between, or took long.
                continue
            }
        }
        return try await self.registerOnce(request, key: key)
    }

    private func registerOnce(_ request: RegistrationRequest, key: SSHPrivateKey) async throws -> RegistrationAnswer {
        let nonce: RegistrationNonce = try await self.post("/api/v1/register/nonce", Acknowledgement())
        var request = request
        request.nonce = nonce.nonce
        let bytes = Array(try WireJSON.encode(request))
        let signature = try SSHSignature.sign(bytes, namespace: DeviceSignature.registerNamespace, with: key)
        return try await self.call(
            "POST", "/api/v1/register", body: bytes,
            headers: [(DeviceSignature.signatureField, Data(signature).base64EncodedString())])
    }
}
