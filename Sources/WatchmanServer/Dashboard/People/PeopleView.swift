import WatchmanCore

/// The page about people and API keys.
struct PeopleView: Sendable {
    /// A sign-in link: the only time it is shown.
    struct Link: Sendable {
        let name: String
        let address: String
        let end: String

        init(_ link: SignInLink, server: String) {
            self.name = link.user.name
            self.address = server + link.path.revealed
            self.end = Words.exact(link.expiresAt)
        }
    }

    /// An API key: the only time it is shown.
    struct NewKey: Sendable {
        let name: String
        let text: String

        init(_ key: NewAPIKey) {
            self.name = key.summary.name
            self.text = key.key.revealed
        }
    }

    struct User: Sendable {
        let id: String
        let name: String
        let role: String
        let scope: String?
        let mayReveal: Bool
        let hasSecondFactor: Bool
        /// The provider at which they sign in, or nil for a password.
        let provider: String?
        let mark: Mark
        let isSelf: Bool
        let sessions: String
        /// What ends them, or nil if there are none.
        let endSessions: String?
        let lastSignIn: Moment?
        /// The address that its forms begin with.
        let path: String
        let roles: [Choice]
    }

    struct Users: Sendable { let rows: [User] }

    private static let lifetimes = [
        (7 * 86400, "1 week"), (30 * 86400, "30 days"), (90 * 86400, "90 days"),
        (APIKeyRequest.usualLifetime, "1 year"), (0, "no end"),
    ]

    struct Key: Sendable {
        let id: String
        let name: String
        let role: String
        let scope: String?
        let mayReveal: Bool
        let owner: String?
        let mark: Mark
        let createdAt: Moment
        /// When it ends, or nil.
        let expiresAt: Moment?
        let lastUsed: Moment?
        /// Where to end it, or nil once it has ended.
        let revokePath: String?
    }

    struct Keys: Sendable { let rows: [Key] }

    let layout: Layout
    let note: Note?
    let link: Link?
    let newKey: NewKey?
    let users: Users?
    let keys: Keys?
    let userRoles = Choice.roles(.viewer)
    let keyRoles = Choice.roles(.operator)
    let lifetimes = Self.lifetimes.map {
        Choice(value: "\($0.0)", label: $0.1, isSelected: $0.0 == APIKeyRequest.usualLifetime)
    }
    let mayGrantReveal: Bool
    /// Whether people can sign in at a provider.
    let hasProvider: Bool
    let typedUser: String
    let typedKey: String
}

extension PeopleView.Users {
    init?(_ users: [UserSummary], _ visit: Visit) {
        if users.isEmpty { return nil }
        self.rows = users.map { user in
            PeopleView.User(
                id: user.id, name: user.name, role: user.role.rawValue, scope: user.scope, mayReveal: user.mayReveal,
                hasSecondFactor: user.hasSecondFactor, provider: user.provider,
                mark: user.state == .active ? Mark(.ok, "active") : Mark(.warn, "invited"),
                isSelf: user.name == visit.visitor?.name, sessions: Words.count(user.sessions),
                endSessions: user.sessions == 0 ? nil : "End \(Words.count(user.sessions, "session"))",
                lastSignIn: user.lastSignInAt.map { Moment($0, now: visit.now) },
                path: "/people/\(PercentEncoding.encode(user.name))", roles: Choice.roles(user.role))
        }
    }
}

extension PeopleView.Keys {
    init?(_ keys: [APIKeySummary], _ visit: Visit) {
        if keys.isEmpty { return nil }
        self.rows = keys.map { key in
            PeopleView.Key(
                id: key.id, name: key.name, role: key.role.rawValue, scope: key.scope, mayReveal: key.mayReveal,
                owner: key.owner, mark: Self.mark(key.state), createdAt: Moment(key.createdAt, now: visit.now),
                expiresAt: key.expiresAt.map { Moment($0, now: visit.now) },
                lastUsed: key.lastUsedAt.map { Moment($0, now: visit.now) },
                revokePath: key.state == .active ? "/people/keys/\(PercentEncoding.encode(key.id))/revoke" : nil)
        }
    }

    private static func mark(_ state: APIKeySummary.State) -> Mark {
        switch state {
        case .active: Mark(.ok, "active")
        case .expired: Mark(.idle, "expired")
        case .revoked: Mark(.bad, "revoked")
        }
    }
}
