import Crypto
public import Foundation
import GRDB
public import WatchmanCore

extension Store {
    /// Keeps a new join token.
    ///
    /// - Throws: `WatchmanError`: `invalid` for what cannot be, `forbidden` if its tags do not put devices into the actor's scope.
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
        let sources = request.sources ?? []
        guard sources.count <= JoinTokenRequest.mostSources else {
            throw WatchmanError(
                .invalid, "a join token has at most \(JoinTokenRequest.mostSources) ranges of addresses")
        }
        let row = JoinToken(
            id: token.id, secretHash: token.secretHash, tags: Array(Set(request.tags)).sorted(),
            approval: request.approval ?? .auto, sources: sources, maxUses: request.uses, uses: 0, createdAt: now,
            expiresAt: now.addingTimeInterval(TimeInterval(request.lifetime)), revokedAt: nil)
        return try await self.write { db in
            try row.insert(db)
            guard try Self.token(db, row.id, in: actor.scope) != nil else {
                throw WatchmanError(
                    .forbidden, "the tags would put devices outside your scope, \(actor.scope?.text ?? "all")")
            }
            try Self.audit(db, now, actor: actor, "token.create", row.id, row.terms)
            return row
        }
    }

    /// The join tokens whose devices are in a scope, newest first.
    public func joinTokens(in scope: DeviceSelector?) async throws -> [JoinToken] {
        try await self.read { db in
            let scope = SQLCondition.and(tokensWithin: scope)
            let sql = "SELECT * FROM joinToken WHERE TRUE\(scope.sql) ORDER BY createdAt DESC, id"
            return try JoinToken.fetchAll(db, sql: sql, arguments: scope.arguments)
        }
    }

    static func token(_ db: Database, _ id: String, in scope: DeviceSelector?) throws -> JoinToken? {
        let scope = SQLCondition.and(tokensWithin: scope)
        let sql = "SELECT * FROM joinToken WHERE id = ?\(scope.sql)"
        return try JoinToken.fetchOne(db, sql: sql, arguments: [id] + scope.arguments)
    }

    /// Withdraws a join token; one that is withdrawn stays so.
    public func revokeJoinToken(_ id: String, actor: Principal, now: Date) async throws -> JoinToken {
        try await self.write { db in
            guard var row = try Self.token(db, id, in: actor.scope) else {
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
    ///
    /// - Throws: `WatchmanError`: `invalid` for what cannot be, `forbidden` if the rights are more than the actor's.
    public func create(_ key: Credential, _ request: APIKeyRequest, actor: Principal, now: Date) async throws -> APIKey
    {
        let name = OutsideText.clean(request.name, limit: 64)
        guard !name.isEmpty else { throw WatchmanError(.invalid, "an API key needs a name") }
        let lifetime = request.lifetime ?? APIKeyRequest.usualLifetime
        guard APIKeyRequest.lifetimes.contains(lifetime) else {
            throw WatchmanError(.invalid, "an API key lives for up to 3650 days, or 0 for no end")
        }
        let rights = Rights(
            role: request.role, mayReveal: request.mayReveal ?? false, scope: try DeviceSelector.scope(request.scope))
        return try await self.write { db in
            try Self.rights(db, of: actor, now).requireCover(rights)
            let row = APIKey(
                id: key.id, name: name, role: rights.role, mayReveal: rights.mayReveal, scope: rights.scope?.text,
                owner: try Self.owner(db, of: actor), secretHash: key.secretHash, createdAt: now,
                expiresAt: lifetime == 0 ? nil : now + TimeInterval(lifetime), lastUsedAt: nil, revokedAt: nil)
            try row.insert(db)
            try Self.audit(db, now, actor: actor, "key.create", row.id, "\(rights.words) \(name)")
            return row
        }
    }

    /// All API keys, newest first.
    public func apiKeys() async throws -> [APIKey] {
        try await self.read { db in try APIKey.fetchAll(db, sql: "SELECT * FROM apiKey ORDER BY createdAt DESC, id") }
    }

    /// Ends an API key and those that it made; one that has ended stays so.
    ///
    /// - Returns: the key, and the principals that ended.
    public func revokeAPIKey(_ id: String, actor: Principal, now: Date) async throws -> (key: APIKey, ended: [String]) {
        try await self.write { db in
            guard var row = try APIKey.fetchOne(db, key: id) else {
                throw WatchmanError(
                    .notFound, "no API key \(OutsideText.clean(id, limit: 20))", hint: "watchman admin keys list")
            }
            guard row.revokedAt == nil else { return (row, []) }
            row.revokedAt = now
            try row.update(db)
            try Self.audit(db, now, actor: actor, "key.revoke", id, "")
            let ended = [row.actor] + (try Self.revokeKeys(db, of: row.actor, actor: actor, now))
            return (row, try Self.withdrawCertificates(db, from: ended, now))
        }
    }

    /// The key that this credential proves, noting its use once a minute.
    ///
    /// - Throws: `WatchmanError` (`unauthenticated`), the same whether the id, the secret or the state is wrong.
    public func authenticate(_ credential: Credential, now: Date) async throws -> APIKey {
        let row = try await self.read { db in try APIKey.fetchOne(db, key: credential.id) }
        let given = SHA256.hash(data: Data(credential.secret.revealed.utf8))
        guard given == (row?.secretHash ?? Data(count: 32)), var row, row.state(at: now) == .active else {
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
