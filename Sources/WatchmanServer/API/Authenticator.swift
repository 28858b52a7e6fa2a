import Foundation
import HTTPTypes
import WatchmanCore
import WatchmanStore

/// Decides who is calling. The only place that turns headers into a `Caller`.
struct Authenticator: Sendable {
    /// How a request reached us.
    enum Transport: Sendable {
        /// The Unix socket: file permissions already said that it is an admin.
        case local
        /// HTTPS.
        case remote
    }

    let store: Store
    let transport: Transport

    /// - Throws: `WatchmanError` (`unauthenticated` or `forbidden`).
    func caller(
        _ access: Access, method: String, path: String, headers: HTTPFields, body: [UInt8],
        notes: RequestNotes = RequestNotes(), now: Date
    ) async throws -> Caller {
        switch access {
        case .anyone: return .anyone
        case .device: return .device(try await self.device(method, path, headers, body, notes))
        case .role, .scoped, .reveal, .own:
            let person = try await self.person(headers, notes, now)
            notes.actor = person.actor
            try access.require(person)
            return .person(person)
        }
    }

    private func person(_ headers: HTTPFields, _ notes: RequestNotes, _ now: Date) async throws -> Person {
        if self.transport == .local { return Person(actor: "local", rights: .all) }
        let value = headers[.authorization] ?? ""
        guard value.utf8.starts(with: "Bearer ".utf8) else {
            throw WatchmanError(.unauthenticated, "no API key was given", hint: "watchman admin login")
        }
        notes.disbelief = "the API key is not valid"
        guard let key = try? Credential(String(value.dropFirst(7)), kind: .apiKey) else {
            throw WatchmanError(.unauthenticated, "the API key is not valid here", hint: "watchman admin login")
        }
        let row = try await self.store.authenticate(key, now: now)
        notes.disbelief = nil
        return Person(actor: row.actor, rights: try row.rights())
    }

    private func device(
        _ method: String, _ path: String, _ headers: HTTPFields, _ body: [UInt8], _ notes: RequestNotes
    ) async throws -> SignedCall {
        let field: (String) -> String? = { name in HTTPField.Name(name).flatMap { headers[$0] } }
        guard let id = field(DeviceSignature.deviceField), DeviceName.isValid(id),
            let sequence = field(DeviceSignature.sequenceField).flatMap({ Int64($0) })
        else { throw WatchmanError(.unauthenticated, "this is for devices: the call names none") }
        guard let signer = try await self.store.signer(of: id) else { throw Store.notEnrolled(id) }
        let message = DeviceSignature.message(method: method, path: path, device: id, sequence: sequence, body: body)
        notes.disbelief = "the call is not signed by the key of device \(id)"
        try AgentEndpoints.checkSignature(
            headers, of: message, namespace: DeviceSignature.callNamespace, by: signer.key)
        notes.disbelief = nil
        return SignedCall(device: signer.device, sequence: sequence)
    }
}
