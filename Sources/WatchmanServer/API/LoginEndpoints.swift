import Foundation
import HTTPTypes
import WatchmanCore
import WatchmanStore

/// How the command line comes by a key that a person approved in the browser, and lets go of it.
struct LoginEndpoints: Sendable {
    let fleet: Fleet

    var all: [Endpoint] {
        [
            Endpoint(.post, "/api/v1/login", .anyone, "Get the API key that a person approved", self.login),
            Endpoint(.delete, "/api/v1/login", .own, "End the API key of this call if it is a person's", self.logout),
        ]
    }

    private func login(_ call: Call, _ request: LoginRequest) async throws -> NewAPIKey {
        try await self.fleet.makeKey(request, source: call.source, now: call.now)
    }

    private func logout(_ call: Call) async throws -> LogoutAnswer {
        LogoutAnswer(isRevoked: try await self.fleet.endLogin(try call.actor(), now: call.now))
    }
}

extension Fleet {
    /// Makes the key that a person approved. It has the rights that they had then; if they have less by now, there is none.
    func makeKey(_ request: LoginRequest, source: String, now: Date) async throws -> NewAPIKey {
        let approval = try self.logins.redeem(request.code, verifier: request.verifier, now: now)
        let person = approval.person
        let key = APIKeyRequest(
            name: approval.machine, role: person.role, mayReveal: person.mayReveal, scope: person.scope?.text,
            lifetime: self.logins.keyLifetime)
        return try await self.makeKey(key, actor: person.principal(from: source), now: now)
    }

    /// Ends the key that a call is made with, if it is a person's own: one that root made on the server is for a program, and ends there.
    ///
    /// - Returns: whether it is ended.
    func endLogin(_ actor: Principal, now: Date) async throws -> Bool {
        let start = "key:"
        guard actor.name.utf8.starts(with: start.utf8) else { return false }
        let id = String(decoding: actor.name.utf8.dropFirst(start.utf8.count), as: UTF8.self)
        let key = try await self.store.apiKeys().first { $0.id == id }
        guard key?.owner?.utf8.starts(with: "user:".utf8) ?? false else { return false }
        _ = try await self.revokeKey(id, actor: actor, now: now)
        return true
    }
}
