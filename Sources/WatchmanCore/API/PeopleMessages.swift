public import Foundation

/// `POST /api/v1/users`: let a person in.
public struct UserRequest: Codable, Sendable {
    /// The name to sign in with.
    public var name: String
    /// What the person may do.
    public var role: Role
    /// Whether the person may see root passwords; absent is no.
    public var mayReveal: Bool?
    /// The only devices that exist for the person, see `DeviceSelector`; absent or `all` is every device.
    public var scope: String?

    /// Creates a request.
    public init(name: String, role: Role, mayReveal: Bool? = nil, scope: String? = nil) {
        self.name = name
        self.role = role
        self.mayReveal = mayReveal
        self.scope = scope
    }
}

/// `PATCH /api/v1/users/NAME`: what may be changed; what is absent stays.
public struct UserChange: Codable, Sendable {
    /// The new role.
    public var role: Role?
    /// Whether the person may see root passwords.
    public var mayReveal: Bool?
    /// The only devices that exist for the person, see `DeviceSelector`; `all` is every device.
    public var scope: String?

    /// Creates a change.
    public init(role: Role? = nil, mayReveal: Bool? = nil, scope: String? = nil) {
        self.role = role
        self.mayReveal = mayReveal
        self.scope = scope
    }
}

/// A person as they are listed.
public struct UserSummary: Codable, Hashable, Sendable {
    /// Whether the person can sign in.
    public enum State: String, Codable, Sendable, CaseIterable {
        /// The sign-in link has not been used yet, or the person has not signed in at the provider yet.
        case invited
        /// The person has a password, or has signed in at the provider.
        case active
    }

    /// The id, given once and never reused.
    public var id: String
    /// The name to sign in with.
    public var name: String
    /// What the person may do.
    public var role: Role
    /// Whether the person may see root passwords.
    public var mayReveal: Bool
    /// The only devices that exist for the person, see `DeviceSelector`, or nil for all.
    public var scope: String?
    /// Whether the person can sign in.
    public var state: State
    /// Whether signing in takes a one-time code, too.
    public var hasSecondFactor: Bool
    /// The provider at which the person signs in, or nil for a password.
    public var provider: String?
    /// Browsers signed in now.
    public var sessions: Int
    /// When the person was added.
    public var createdAt: Date
    /// When the person last signed in.
    public var lastSignInAt: Date?

    /// Creates a row.
    public init(
        id: String, name: String, role: Role, mayReveal: Bool = false, scope: String? = nil, state: State,
        hasSecondFactor: Bool = false, provider: String? = nil, sessions: Int, createdAt: Date, lastSignInAt: Date?
    ) {
        self.id = id
        self.name = name
        self.role = role
        self.mayReveal = mayReveal
        self.scope = scope
        self.state = state
        self.hasSecondFactor = hasSecondFactor
        self.provider = provider
        self.sessions = sessions
        self.createdAt = createdAt
        self.lastSignInAt = lastSignInAt
    }
}

/// `GET /api/v1/users`.
public struct UserList: Codable, Sendable {
    /// The rows, by name.
    public var users: [UserSummary]

    /// Creates a list.
    public init(users: [UserSummary]) { self.users = users }
}

/// A person with a fresh sign-in link: the only time it is shown.
public struct SignInLink: Codable, Sendable {
    /// The person.
    public var user: UserSummary
    /// The path of the page where the person chooses a password; it works once. It follows the server's address.
    public var path: Secret
    /// The server's address, such as `https://tower.example:8443`.
    public var server: String
    /// SHA-256 of the certificate that a browser will ask about, as it shows it.
    public var fingerprint: String
    /// When the link ends.
    public var expiresAt: Date

    /// Creates an answer.
    public init(user: UserSummary, path: Secret, server: String, fingerprint: String, expiresAt: Date) {
        self.user = user
        self.path = path
        self.server = server
        self.fingerprint = fingerprint
        self.expiresAt = expiresAt
    }
}
