public import Foundation

/// `POST /api/v1/tokens`: make a join token.
public struct JoinTokenRequest: Codable, Sendable {
    /// Seconds that a token may live: a minute to 366 days.
    public static let lifetimes = 60...366 * 86400

    /// Seconds it can be used.
    public var lifetime: Int
    /// How many devices it can enrol.
    public var uses: Int
    /// Tags that every device enrolled with it gets.
    public var tags: [String]

    /// Creates a request.
    public init(lifetime: Int, uses: Int, tags: [String]) {
        self.lifetime = lifetime
        self.uses = uses
        self.tags = tags
    }
}

/// A join token as it is listed.
public struct JoinTokenSummary: Codable, Hashable, Sendable {
    /// Why a token can or cannot be used.
    public enum State: String, Codable, Sendable, CaseIterable {
        /// It can enrol a device.
        case active
        /// Its lifetime is over.
        case expired
        /// All its uses are taken.
        case used
        /// An admin withdrew it.
        case revoked
    }

    /// Public part.
    public var id: String
    /// Whether it can be used.
    public var state: State
    /// Devices it may enrol in all.
    public var maxUses: Int
    /// Devices it has enrolled.
    public var uses: Int
    /// Tags it gives.
    public var tags: [String]
    /// When it was made.
    public var createdAt: Date
    /// When it ends.
    public var expiresAt: Date

    /// Creates a row.
    public init(
        id: String, state: State, maxUses: Int, uses: Int, tags: [String], createdAt: Date, expiresAt: Date
    ) {
        self.id = id
        self.state = state
        self.maxUses = maxUses
        self.uses = uses
        self.tags = tags
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

/// A new join token: the only time its secret is shown.
public struct NewJoinToken: Codable, Sendable {
    /// The whole token.
    public var token: Secret
    /// Its row in the list.
    public var summary: JoinTokenSummary

    /// Creates an answer.
    public init(token: Secret, summary: JoinTokenSummary) {
        self.token = token
        self.summary = summary
    }
}

/// `GET /api/v1/tokens`.
public struct JoinTokenList: Codable, Sendable {
    /// The rows, newest first.
    public var tokens: [JoinTokenSummary]

    /// Creates a list.
    public init(tokens: [JoinTokenSummary]) { self.tokens = tokens }
}

/// `POST /api/v1/keys`: make an API key.
public struct APIKeyRequest: Codable, Sendable {
    /// What it is for, in words.
    public var name: String
    /// What it may do.
    public var role: Role

    /// Creates a request.
    public init(name: String, role: Role) {
        self.name = name
        self.role = role
    }
}

/// An API key as it is listed.
public struct APIKeySummary: Codable, Hashable, Sendable {
    /// Public part.
    public var id: String
    /// What it is for.
    public var name: String
    /// What it may do.
    public var role: Role
    /// When it was made.
    public var createdAt: Date
    /// When it was last used, to the minute.
    public var lastUsedAt: Date?
    /// When it was revoked, or nil.
    public var revokedAt: Date?

    /// Creates a row.
    public init(id: String, name: String, role: Role, createdAt: Date, lastUsedAt: Date?, revokedAt: Date?) {
        self.id = id
        self.name = name
        self.role = role
        self.createdAt = createdAt
        self.lastUsedAt = lastUsedAt
        self.revokedAt = revokedAt
    }
}

/// A new API key: the only time its secret is shown.
public struct NewAPIKey: Codable, Sendable {
    /// The whole key.
    public var key: Secret
    /// Its row in the list.
    public var summary: APIKeySummary

    /// Creates an answer.
    public init(key: Secret, summary: APIKeySummary) {
        self.key = key
        self.summary = summary
    }
}

/// `GET /api/v1/keys`.
public struct APIKeyList: Codable, Sendable {
    /// The rows, newest first.
    public var keys: [APIKeySummary]

    /// Creates a list.
    public init(keys: [APIKeySummary]) { self.keys = keys }
}
