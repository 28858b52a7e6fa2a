import Foundation
import WatchmanCore
import WatchmanStore

/// What the provider sends the browser back with (RFC 6749, 4.1.2; RFC 9207).
struct ProviderAnswer: Sendable {
    let code: String?
    let state: String?
    let issuer: String?
    let error: String?
}

/// Signing in by way of the provider: authorization code flow with PKCE. Our own second factor is not asked for: whether one is needed is
/// the provider's matter.
extension SignIn {
    /// Begins: where to send the browser, and what it has to keep.
    func beginTrip(_ provider: Provider, origin: String, next: String, now: Date) async throws
        -> (address: String, cookie: Secret)
    {
        let endpoint = try await provider.description(now: now).authorizationEndpoint
        let trip = ProviderTrip(returnAddress: origin + SignInPages.returnPath, next: next, now: now)
        let settings = provider.settings
        let query = PagePath.fields([
            ("response_type", "code"), ("client_id", settings.clientID), ("redirect_uri", trip.returnAddress),
            ("scope", (["openid"] + settings.scopes).joined(separator: " ")), ("state", trip.state),
            ("nonce", trip.nonce), ("code_challenge", trip.challenge), ("code_challenge_method", "S256"),
        ])
        let isLonger = endpoint.utf8.contains(UInt8(ascii: "?"))
        return ("\(endpoint)\(isLonger ? "&" : "?")\(query)", try self.trips.seal(trip))
    }

    /// Ends: opens a session for whom the provider vouches for. `letGo` is told the principals that may no longer do what they did.
    ///
    /// - Returns: the session's token, and the page to show.
    /// - Throws: `WatchmanError`: `unauthenticated` if anything does not fit together, `forbidden` if the person is nobody here,
    ///   `unavailable` if the provider does not answer.
    func endTrip(
        _ provider: Provider, _ answer: ProviderAnswer, cookie: Secret?, source: String, now: Date,
        letGo: (_ principals: [String]) async throws -> Void
    ) async throws -> (token: Secret, next: String) {
        let trip = try self.trips.end(cookie, state: answer.state, now: now)
        do {
            let identity = try await self.identity(provider, answer, trip, now)
            let token = Self.newToken()
            let outcome = try await self.store.openSession(
                identity, tokenHash: Credential.hash(token), source: source, now: now)
            if !outcome.ended.isEmpty { try await letGo(outcome.ended) }
            guard outcome.isOpen else {
                throw WatchmanError(.forbidden, "none of your groups may enter here: ask an admin")
            }
            return (token, trip.next)
        } catch let error as WatchmanError where [.unauthenticated, .forbidden].contains(error.code) {
            try await self.store.refuseProviderSignIn(error.message, source: source, now: now)
            throw error
        }
    }

    private func identity(_ provider: Provider, _ answer: ProviderAnswer, _ trip: ProviderTrip, _ now: Date)
        async throws -> ProviderIdentity
    {
        let settings = provider.settings
        // An answer of another provider is not taken to ours (RFC 9207).
        let isNamed = try await provider.description(now: now).namesIssuer ?? false
        guard answer.issuer == settings.issuer || (answer.issuer == nil && !isNamed) else {
            throw WatchmanError(.unauthenticated, "the answer is from another provider")
        }
        guard answer.error == nil, let code = answer.code, (1...4096).contains(code.utf8.count) else {
            let cause = answer.error.map { ": \(OutsideText.clean($0, limit: 100))" } ?? ""
            throw WatchmanError(.unauthenticated, "\(settings.name) did not sign you in\(cause)")
        }
        let token = try await provider.verified(try await provider.redeem(code, trip, now: now), now: now)
        try token.check(
            IDToken.Expectation(issuer: settings.issuer, client: settings.clientID, nonce: trip.nonce, now: now))
        return try ProviderIdentity(token, settings)
    }
}

extension ProviderIdentity {
    /// The person that a token is about.
    ///
    /// - Throws: `WatchmanError` (`unauthenticated`) if it does not say who that is.
    init(_ token: IDToken, _ settings: ProviderSettings) throws {
        // At most 255 ASCII characters (OpenID Connect Core, 2).
        guard let subject = token.text("sub"), (1...255).contains(subject.utf8.count) else {
            throw IDToken.untrusted("it does not say about whom it is")
        }
        var role: RoleSource = .here
        if let roles = settings.roles {
            let groups = Set(token.texts(settings.groupsClaim))
            role = .provider(Role.allCases.last { !groups.isDisjoint(with: roles[$0] ?? []) })
        }
        self.init(
            issuer: settings.issuer, subject: subject, name: Self.name(token, settings), role: role)
    }

    /// What the person is to be called here, or nil if the token has nothing that can be a name. An address is cut down only if its domain
    /// is one of the configured ones: at a provider for everybody each domain has its own alice.
    private static func name(_ token: IDToken, _ settings: ProviderSettings) -> String? {
        guard let text = token.text(settings.userClaim) else { return nil }
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self).lowercased() }
        guard parts.count == 2 else { return UserName.isValid(text) ? text : nil }
        let isProved = settings.userClaim != "email" || token.claims["email_verified"] == true
        return isProved && settings.domains.contains(parts[1]) && UserName.isValid(parts[0]) ? parts[0] : nil
    }
}
