import Foundation
import WatchmanCore
import WatchmanStore

extension Fleet {
    /// Makes a join token.
    func makeToken(_ request: JoinTokenRequest, actor: Principal, now: Date) async throws -> NewJoinToken {
        let token = Credential(new: .join, pin: self.pin)
        let row = try await self.store.create(token, request, actor: actor, now: now)
        self.changes.post(.people)
        return NewJoinToken(
            token: token.text, summary: row.summary(at: now), server: self.url, keyPin: self.keyPin)
    }

    /// Withdraws a join token.
    func revokeToken(_ id: String, actor: Principal, now: Date) async throws -> JoinTokenSummary {
        let row = try await self.store.revokeJoinToken(id, actor: actor, now: now)
        self.changes.post(.people)
        return row.summary(at: now)
    }

    /// Makes an API key.
    func makeKey(_ request: APIKeyRequest, actor: Principal, now: Date) async throws -> NewAPIKey {
        let key = Credential(new: .apiKey, pin: self.pin)
        let row = try await self.store.create(key, request, actor: actor, now: now)
        self.changes.post(.people)
        return NewAPIKey(key: key.text, summary: row.summary(at: now))
    }

    /// Ends an API key.
    func revokeKey(_ id: String, actor: Principal, now: Date) async throws -> APIKeySummary {
        let (row, ended) = try await self.store.revokeAPIKey(id, actor: actor, now: now)
        try await self.rightsEnded(of: ended)
        return row.summary(at: now)
    }

    /// The address that this server is known by: the configured one, or else the one that the visitor used.
    func address(_ visit: Visit) -> String { self.gateway.host == nil ? visit.origin : self.url }
}
