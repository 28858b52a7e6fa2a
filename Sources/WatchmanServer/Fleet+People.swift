import Foundation
import WatchmanCore
import WatchmanStore

extension Fleet {
    /// Lets a person in who has yet to choose a password.
    func addUser(_ request: UserRequest, actor: Principal, now: Date) async throws -> SignInLink {
        let rights = Rights(
            role: request.role, mayReveal: request.mayReveal ?? false, scope: try DeviceSelector.scope(request.scope))
        return try await self.link(now) { hash in
            (try await self.store.addUser(request.name, rights: rights, linkHash: hash, actor: actor, now: now), [])
        }
    }

    /// Lets a person in who signs in at the provider.
    func addProviderUser(_ request: UserRequest, actor: Principal, now: Date) async throws -> UserSummary {
        guard let issuer = self.issuer else {
            throw WatchmanError(.conflict, "this server has no provider: its configuration needs a table [oidc]")
        }
        let rights = Rights(
            role: request.role, mayReveal: request.mayReveal ?? false, scope: try DeviceSelector.scope(request.scope))
        return try await self.people { store in
            (try await store.addUser(request.name, rights: rights, issuer: issuer, actor: actor, now: now), [])
        }
    }

    /// Makes a person choose another password; until then they are out.
    func resetUser(_ name: String, actor: Principal, now: Date) async throws -> SignInLink {
        try await self.link(now) { hash in
            try await self.store.resetUser(name, linkHash: hash, actor: actor, now: now)
        }
    }

    /// Gives a person other rights, signs them out, or forgets them: what `change` does in the store.
    func people(_ change: (Store) async throws -> Store.UserUpdate) async throws -> UserSummary {
        let (user, ended) = try await change(self.store)
        try await self.rightsEnded(of: ended)
        return user
    }

    /// Lets go of all that principals hold who may no longer do what they did: `user:NAME` or `key:ID`. Their sessions and keys are gone
    /// already.
    func rightsEnded(of principals: [String]) async throws {
        self.changes.post(.people)
        if !principals.isEmpty { try await self.entrances.reconcile(now: Date()) }
    }

    private func link(_ now: Date, _ change: (_ hash: Data) async throws -> Store.UserUpdate) async throws -> SignInLink
    {
        let secret = Secret(RandomText.identifier(26))
        let user = try await self.people { _ in try await change(Credential.hash(secret)) }
        return SignInLink(
            user: user, path: Secret("/welcome/\(secret.revealed)"), server: self.url,
            fingerprint: self.fingerprint, expiresAt: now + Store.linkLifetime)
    }
}
