import Foundation
import HTTPTypes
import WatchmanCore
import WatchmanStore

/// Join tokens and API keys.
struct CredentialEndpoints: Sendable {
    let fleet: Fleet

    var all: [Endpoint] {
        [
            Endpoint(method: .get, path: "/api/v1/tokens", access: .admin, answer: self.listTokens),
            Endpoint(method: .post, path: "/api/v1/tokens", access: .admin, answer: self.createToken),
            Endpoint(method: .delete, path: "/api/v1/tokens/:token", access: .admin, answer: self.revokeToken),
            Endpoint(method: .get, path: "/api/v1/keys", access: .admin, answer: self.listKeys),
            Endpoint(method: .post, path: "/api/v1/keys", access: .admin, answer: self.createKey),
            Endpoint(method: .delete, path: "/api/v1/keys/:key", access: .admin, answer: self.revokeKey),
        ]
    }

    private func listTokens(_ call: Call) async throws -> any Encodable & Sendable {
        JoinTokenList(tokens: try await self.fleet.store.joinTokens().map { $0.summary(at: call.now) })
    }

    private func createToken(_ call: Call) async throws -> any Encodable & Sendable {
        let token = Credential(new: .join, pin: self.fleet.pin)
        let row = try await self.fleet.store.create(
            token, try call.body(JoinTokenRequest.self), actor: try call.admin(), now: call.now)
        return NewJoinToken(token: token.text, summary: row.summary(at: call.now))
    }

    private func revokeToken(_ call: Call) async throws -> any Encodable & Sendable {
        try await self.fleet.store.revokeJoinToken(
            try call.parameter("token"), actor: try call.admin(), now: call.now
        ).summary(at: call.now)
    }

    private func listKeys(_ call: Call) async throws -> any Encodable & Sendable {
        APIKeyList(keys: try await self.fleet.store.apiKeys().map(\.summary))
    }

    private func createKey(_ call: Call) async throws -> any Encodable & Sendable {
        let key = Credential(new: .apiKey, pin: self.fleet.pin)
        let row = try await self.fleet.store.create(
            key, name: try call.body(APIKeyRequest.self).name, actor: try call.admin(), now: call.now)
        return NewAPIKey(key: key.text, summary: row.summary)
    }

    private func revokeKey(_ call: Call) async throws -> any Encodable & Sendable {
        try await self.fleet.store.revokeAPIKey(try call.parameter("key"), actor: try call.admin(), now: call.now)
            .summary
    }
}
