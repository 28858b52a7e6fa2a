import Foundation
import WatchmanCore
import WatchmanStore

/// Who is signed in in a browser.
struct Visitor: Sendable {
    let person: Person
    let name: String
    let session: Session
    /// Whether they sign in with a password of ours.
    var hasPassword = true
    /// The token that replaces the one the browser sent, or nil.
    var newToken: Secret?
}

/// Lets people in by name and password, and knows them again by a session's token.
struct SignIn: Sendable {
    let store: Store
    let passwords: PasswordWorker
    let throttle = SignInThrottle()

    /// Opens a session.
    ///
    /// - Returns: the session's token.
    /// - Throws: `WatchmanError`: `unauthenticated`, the same for a wrong name and a wrong password; `unavailable` with the wait after
    ///   too many failures.
    func open(_ name: String, _ password: Secret, source: String, now: Date) async throws -> Secret {
        if let wait = self.throttle.wait(name, from: source, now: now) {
            throw WatchmanError(.unavailable, "too many wrong passwords: wait \(wait) s")
        }
        let user = UserName.isValid(name) ? try await self.store.user(named: name) : nil
        let hash = user?.passwordHash.map { PasswordHash(text: $0) }
        guard try await self.passwords.accepts(password, hash), let user else {
            self.throttle.failed(name, from: source, now: now)
            try await self.store.refuseSignIn(name, source: source, now: now)
            throw WatchmanError(.unauthenticated, "the name or the password is wrong")
        }
        self.throttle.succeeded(name, from: source)
        return try await self.open(user, source, now)
    }

    /// Uses a sign-in link up: the person has this password from now on, and is signed in.
    func welcome(_ link: Secret, _ password: Secret, source: String, now: Date) async throws -> Secret {
        let linkHash = Credential.hash(link)
        let user = try await self.store.user(linkHash: linkHash, now: now)
        try PasswordHash.check(password, for: user.name)
        let hash = try await self.passwords.hash(password)
        return try await self.open(try await self.store.setPassword(hash, linkHash: linkHash, now: now), source, now)
    }

    /// Who has this token, or nil.
    func visitor(_ token: Secret, now: Date) async throws -> Visitor? {
        let hash = Credential.hash(token)
        guard let (session, user) = try await self.store.session(tokenHash: hash, now: now) else { return nil }
        var visitor = Visitor(
            person: Person(actor: user.actor, rights: try user.rights()), name: user.name, session: session,
            hasPassword: user.passwordHash != nil)
        if hash == session.tokenHash, now.timeIntervalSince(session.rotatedAt) > Session.rotation {
            let new = Self.newToken()
            if try await self.store.rotateSession(session, tokenHash: Credential.hash(new), now: now) {
                visitor.newToken = new
            }
        }
        return visitor
    }

    /// Seconds that a sign-in elsewhere counts as fresh.
    private static let freshness: TimeInterval = 300

    /// Makes sure that it is the person themselves who sits there: by their password, or by a fresh sign-in if they have none here.
    ///
    /// - Throws: `WatchmanError`: `unauthenticated`, or `unavailable` with the wait after too many failures.
    func prove(_ visitor: Visitor, _ password: Secret, source: String, now: Date) async throws {
        guard let hash = try await self.store.user(named: visitor.name)?.passwordHash else {
            let age = visitor.session.provenAt.map { now.timeIntervalSince($0) }
            guard let age, (0..<Self.freshness).contains(age) else {
                throw WatchmanError(.unauthenticated, "the sign-in is not fresh: sign out and in again")
            }
            return
        }
        if let wait = self.throttle.wait(visitor.name, from: source, now: now) {
            throw WatchmanError(.unavailable, "too many wrong passwords: wait \(wait) s")
        }
        guard try await self.passwords.accepts(password, PasswordHash(text: hash)) else {
            self.throttle.failed(visitor.name, from: source, now: now)
            try await self.store.refuseSignIn(visitor.name, source: source, now: now)
            throw WatchmanError(.unauthenticated, "this is not your password")
        }
        self.throttle.succeeded(visitor.name, from: source)
    }

    private func open(_ user: User, _ source: String, _ now: Date) async throws -> Secret {
        let token = Self.newToken()
        _ = try await self.store.openSession(user, tokenHash: Credential.hash(token), source: source, now: now)
        return token
    }

    /// 200 bits.
    private static func newToken() -> Secret { Secret(RandomText.identifier(40)) }
}
