import Crypto
public import Foundation
import GRDB
public import WatchmanCore

extension Store {
    /// Keeps a new join token.
    public func create(_ token: Credential, _ request: JoinTokenRequest, actor: Principal, now: Date) async throws
        -> JoinToken
    {
        try request.tags.forEach(DeviceName.checkTag)
        guard (1...100_000).contains(request.uses) else {
            throw WatchmanError(.invalid, "a join token has 1 to 100000 uses")
        }
        guard JoinTokenRequest.lifetimes.contains(request.lifetime) else {
            throw WatchmanError(.invalid, "a join token lives for 1 minute to 366 days")
        }
        let row = JoinToken(
            id: token.id, secretHash: token.secretHash, tags: Array(Set(request.tags)).sorted(), maxUses: request.uses,
            uses: 0, createdAt: now, expiresAt: now.addingTimeInterval(TimeInterval(request.lifetime)), revokedAt: nil)
        return try await self.write { db in
            try row.insert(db)
            try Self.audit(db, now, actor: actor, "token.create", row.id, "uses=\(row.maxUses)")
            return row
        }
    }

    /// All join tokens, newest first.
    public func joinTokens() async throws -> [JoinToken] {
        try await self.read { db in
            try JoinToken.fetchAll(db, sql: "SELECT * FROM joinToken ORDER BY createdAt DESC, id")
        }
    }

    /// Withdraws a join token; one that is withdrawn stays so.
    public func revokeJoinToken(_ id: String, actor: Principal, now: Date) async throws -> JoinToken {
        try await self.write { db in
            guard var row = try JoinToken.fetchOne(db, key: id) else {
                throw WatchmanError(
                    .notFound, "no join token \(OutsideText.clean(id, limit: 20))", hint: "watchman admin tokens list")
            }
            if row.revokedAt == nil {
                row.revokedAt = now
                try row.update(db)
                try Self.audit(db, now, actor: actor, "token.revoke", id, "")
            }
            return row
        }
    }

    /// Keeps a new API key.
    public func create(_ key: Credential, name: String, role: Role, actor: Principal, now: Date) async throws -> APIKey
    {
        let name = OutsideText.clean(name, limit: 64)
        guard !name.isEmpty else { throw WatchmanError(.invalid, "an API key needs a name") }
        let row = APIKey(
            id: key.id, name: name, role: role, secretHash: key.secretHash, createdAt: now, lastUsedAt: nil,
            revokedAt: nil)
        return try await self.write { db in
            try row.insert(db)
            try Self.audit(db, now, actor: actor, "key.create", row.id, "\(role.rawValue) \(name)")
            return row
        }
    }

    /// All API keys, newest first.
    public func apiKeys() async throws -> [APIKey] {
        try await self.read { db in try APIKey.fetchAll(db, sql: "SELECT * FROM apiKey ORDER BY createdAt DESC, id") }
    }

    /// Ends an API key; one that has ended stays so.
    public func revokeAPIKey(_ id: String, actor: Principal, now: Date) async throws -> APIKey {
        try await self.write { db in
            guard var row = try APIKey.fetchOne(db, key: id) else {
                throw WatchmanError(
                    .notFound, "no API key \(OutsideText.clean(id, limit: 20))", hint: "watchman admin keys list")
            }
            if row.revokedAt == nil {
                row.revokedAt = now
                try row.update(db)
                try Self.audit(db, now, actor: actor, "key.revoke", id, "")
            }
            return row
        }
    }

    /// The key that this credential proves, noting its use once a minute.
    ///
    /// - Throws: `WatchmanError` (`unauthenticated`), the same whether the id, the secret or the state is wrong.
    public func authenticate(_ credential: Credential, now: Date) async throws -> APIKey {
        let row = try await self.read { db in try APIKey.fetchOne(db, key: credential.id) }
        let given = SHA256.hash(data: Data(credential.secret.revealed.utf8))
        guard given == (row?.secretHash ?? Data(count: 32)), var row, row.revokedAt == nil else {
            throw WatchmanError(.unauthenticated, "the API key is not valid here", hint: "watchman admin login")
        }
        if now.timeIntervalSince(row.lastUsedAt ?? .distantPast) > 60 {
            row.lastUsedAt = now
            let id = row.id
            try await self.write { db in
                try db.execute(sql: "UPDATE apiKey SET lastUsedAt = ? WHERE id = ?", arguments: [now, id])
            }
        }
        return row
    }
}
