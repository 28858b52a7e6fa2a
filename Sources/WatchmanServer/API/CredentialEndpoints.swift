import Foundation
import HTTPTypes
import WatchmanCore
import WatchmanStore

/// Join tokens and API keys.
struct CredentialEndpoints: Sendable {
    let fleet: Fleet

    var all: [Endpoint] {
        [
            Endpoint(.get, "/api/v1/tokens", .scoped(.operator), "List join tokens", self.listTokens),
            Endpoint(.post, "/api/v1/tokens", .scoped(.operator), "Make a join token", self.createToken),
            Endpoint(.delete, "/api/v1/tokens/:token", .scoped(.operator), "Withdraw a join token", self.revokeToken),
            Endpoint(.get, "/api/v1/keys", .role(.admin), "List API keys", self.listKeys),
            Endpoint(.post, "/api/v1/keys", .role(.admin), "Make an API key", self.createKey),
            Endpoint(.delete, "/api/v1/keys/:key", .role(.admin), "End an API key", self.revokeKey),
        ]
    }

    private func listTokens(_ call: Call) async throws -> JoinTokenList {
        let tokens = try await self.fleet.store.joinTokens(in: try call.actor().scope)
        return JoinTokenList(tokens: tokens.map { $0.summary(at: call.now) })
    }

    private func createToken(_ call: Call, _ request: JoinTokenRequest) async throws -> NewJoinToken {
        try await self.fleet.makeToken(request, actor: try call.actor(), now: call.now)
    }

    private func revokeToken(_ call: Call) async throws -> JoinTokenSummary {
        try await self.fleet.revokeToken(try call.parameter("token"), actor: try call.actor(), now: call.now)
    }

    private func listKeys(_ call: Call) async throws -> APIKeyList {
        APIKeyList(keys: try await self.fleet.store.apiKeys().map { $0.summary(at: call.now) })
    }

    private func createKey(_ call: Call, _ request: APIKeyRequest) async throws -> NewAPIKey {
        try await self.fleet.makeKey(request, actor: try call.actor(), now: call.now)
    }

    private func revokeKey(_ call: Call) async throws -> APIKeySummary {
        try await self.fleet.revokeKey(try call.parameter("key"), actor: try call.actor(), now: call.now)
    }
}
