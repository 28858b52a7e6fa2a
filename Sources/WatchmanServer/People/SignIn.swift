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
    /// Whether they must set up a second factor before anything else.
    var owesSecondFactor = false
    /// The token that replaces the one the browser sent, or nil.
    var newToken: Secret?
}

/// Lets people in by name, password and one-time code, and knows them again by a session's token.
struct SignIn: Sendable {
    /// How far the right password led.
    enum Opening: Sendable {
        /// In: a session's token.
        case session(Secret)
        /// To the question for a code: a token for the answer.
        case halfway(Secret)
    }

    private static let refusal = WatchmanError(.unauthenticated, "the name or the password is wrong")
    let store: Store
    let passwords: PasswordWorker
    let secondFactor: SecondFactor
    /// Whether everyone with a password must have a second factor.
    let requiresSecondFactor: Bool
    let throttle = SignInThrottle()
    let halfway = HalfwaySignIns()
    /// Where people may sign in, too, or nil.
    var provider: Provider?
    let trips = ProviderTrips()

    init(
        store: Store, passwords: PasswordWorker, escrow: Escrow, requiresSecondFactor: Bool = false,
        provider: Provider? = nil
    ) {
        self.store = store
        self.passwords = passwords
        self.secondFactor = SecondFactor(store: store, escrow: escrow)
        self.requiresSecondFactor = requiresSecondFactor
        self.provider = provider
    }

    /// Opens a session, or the way to one.
    ///
    /// - Throws: `WatchmanError`: `unauthenticated`, the same for a wrong name and a wrong password; `unavailable` with the wait after
    ///   too many failures.
    func open(_ name: String, _ password: Secret, source: String, now: Date) async throws -> Opening {
        try self.take(name, from: source, at: .password, now)
        let user = UserName.isValid(name) ? try await self.store.user(named: name) : nil
        let hash = user?.passwordHash.map { PasswordHash(text: $0) }
        guard try await self.passwords.accepts(password, hash), let user else {
            try await self.store.refuseSignIn(name, source: source, now: now)
            throw Self.refusal
        }
        self.throttle.succeeded(name, from: source, at: .password)
        if user.hasSecondFactor { return .halfway(self.halfway.begin(user, now: now)) }
        return .session(try await self.open(user, source, now))
    }

    /// Opens a session for someone whose password was right and whose code is, too.
    ///
    /// - Throws: `WatchmanError`: `unauthenticated`, `notFound` if it must begin anew, `unavailable` with the wait.
    func open(halfway token: Secret, code: String, source: String, now: Date) async throws -> Secret {
        guard let user = self.halfway.take(token, now: now) else {
            throw WatchmanError(.notFound, "this took too long or too many codes: begin again")
        }
        guard try await self.accepts(code, of: user, source: source, now: now) else {
            try await self.store.refuseSignIn(user.name, source: source, now: now)
            throw WatchmanError(.unauthenticated, "the code is wrong or was used before")
        }
        self.halfway.end(token)
        return try await self.open(user, source, now)
    }

    /// Whether a code is right, wherever it is asked for; wrong ones slow the next down.
    ///
    /// - Throws: `WatchmanError` (`unavailable`) with the wait.
    func accepts(_ code: String, of user: User, source: String, now: Date) async throws -> Bool {
        try self.take(user.name, from: source, at: .code, now)
        guard try await self.secondFactor.accepts(code, of: user.id, source: source, now: now) else { return false }
        self.throttle.succeeded(user.name, from: source, at: .code)
        return true
    }

    /// Uses a sign-in link up: the person has this password from now on, and is signed in.
    func welcome(_ link: Secret, _ password: Secret, source: String, now: Date) async throws -> Secret {
        let linkHash = Credential.hash(link)
        let user = try await self.store.user(linkHash: linkHash, now: now)
        try PasswordHash.check(password, for: user.name)
        let hash = try await self.passwords.hash(password)
        return try await self.open(try await self.store.setPassword(hash, linkHash: linkHash, now: now), source, now)
    }

    /// Gives a person another password; their other sessions end.
    ///
    /// - Returns: the token of the session that goes on.
    /// - Throws: `WatchmanError`: `invalid` if the old password is wrong or the new one will not do, `unavailable` with the wait.
    func changePassword(_ id: String, from old: Secret, to new: Secret, actor: Principal, now: Date) async throws
        -> Secret
    {
        guard let user = try await self.store.user(id: id) else { throw Self.refusal }
        try PasswordHash.check(new, for: user.name)
        try self.take(user.name, from: actor.source, at: .password, now)
        guard try await self.passwords.accepts(old, user.passwordHash.map { PasswordHash(text: $0) }) else {
            throw WatchmanError(.invalid, "the present password is another")
        }
        self.throttle.succeeded(user.name, from: actor.source, at: .password)
        let hash = try await self.passwords.hash(new)
        let changed = try await self.store.changePassword(hash, of: user, actor: actor, now: now)
        return try await self.open(changed, actor.source, now)
    }

    /// Who has this token, or nil.
    func visitor(_ token: Secret, now: Date) async throws -> Visitor? {
        let hash = Credential.hash(token)
        guard let (session, user) = try await self.store.session(tokenHash: hash, now: now) else { return nil }
        var visitor = Visitor(
            person: Person(actor: user.actor, rights: try user.rights()), name: user.name, session: session,
            hasPassword: user.passwordHash != nil)
        // Whoever signs in elsewhere has no password here, and proves themselves there.
        visitor.owesSecondFactor = self.requiresSecondFactor && user.passwordHash != nil && !user.hasSecondFactor
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
        try self.take(visitor.name, from: source, at: .password, now)
        guard try await self.passwords.accepts(password, PasswordHash(text: hash)) else {
            try await self.store.refuseSignIn(visitor.name, source: source, now: now)
            throw WatchmanError(.unauthenticated, "this is not your password")
        }
        self.throttle.succeeded(visitor.name, from: source, at: .password)
    }

    private func take(_ name: String, from source: String, at step: SignInThrottle.Step, _ now: Date) throws {
        guard let wait = self.throttle.take(name, from: source, at: step, now: now) else { return }
        let what = step == .password ? "passwords" : "codes"
        throw WatchmanError(.unavailable, "too many wrong \(what): wait \(wait) s")
    }

    private func open(_ user: User, _ source: String, _ now: Date) async throws -> Secret {
        let token = Self.newToken()
        _ = try await self.store.openSession(user, tokenHash: Credential.hash(token), source: source, now: now)
        return token
    }

    /// 200 bits.
    static func newToken() -> Secret { Secret(RandomText.identifier(40)) }
}
