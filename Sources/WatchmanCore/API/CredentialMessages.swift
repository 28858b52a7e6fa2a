public import Foundation

/// `POST /api/v1/tokens`: make a join token.
public struct JoinTokenRequest: Codable, Sendable {
    /// Seconds that a token may live: a minute to 366 days.
    public static let lifetimes = 60...366 * 86400
    /// Ranges of addresses that a token may name.
    public static let mostSources = 32

    /// Seconds it can be used.
    public var lifetime: Int
    /// How many devices it can enrol.
    public var uses: Int
    /// Tags that every device enrolled with it gets.
    public var tags: [String]
    /// Whether devices are let in at once; nil means that they are.
    public var approval: Approval?
    /// The only addresses that it can be used from; nil or none means any.
    public var sources: [CIDR]?

    /// Creates a request.
    public init(lifetime: Int, uses: Int, tags: [String], approval: Approval? = nil, sources: [CIDR]? = nil) {
        self.lifetime = lifetime
        self.uses = uses
        self.tags = tags
        self.approval = approval
        self.sources = sources
    }
}

/// Who decides about a device that brings a right join token.
public enum Approval: String, Codable, Sendable, CaseIterable {
    /// Nobody: it is let in.
    case auto
    /// A person, for each device.
    case manual
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
    /// Who decides about devices that bring it.
    public var approval: Approval
    /// The only addresses that it can be used from; none means any.
    public var sources: [CIDR]
    /// When it was made.
    public var createdAt: Date
    /// When it ends.
    public var expiresAt: Date

    /// Creates a row.
    public init(
        id: String, state: State, maxUses: Int, uses: Int, tags: [String], approval: Approval = .auto,
        sources: [CIDR] = [], createdAt: Date, expiresAt: Date
    ) {
        self.id = id
        self.state = state
        self.maxUses = maxUses
        self.uses = uses
        self.tags = tags
        self.approval = approval
        self.sources = sources
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
    /// How a device reaches the server.
    public var server: String
    /// Pin of the HTTPS port's key, as curl's `--pinnedpubkey` takes it after `sha256//`.
    public var keyPin: String

    /// Creates an answer.
    public init(token: Secret, summary: JoinTokenSummary, server: String, keyPin: String) {
        self.token = token
        self.summary = summary
        self.server = server
        self.keyPin = keyPin
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
    /// Seconds that a key may live: to ten years, or 0 for no end.
    public static let lifetimes = 0...3650 * 86400
    /// Seconds that a key lives if nobody says how long.
    public static let usualLifetime = 365 * 86400

    /// What it is for, in words.
    public var name: String
    /// What it may do.
    public var role: Role
    /// Whether it may see root passwords; absent is no.
    public var mayReveal: Bool?
    /// The only devices that exist for it, see `DeviceSelector`; absent or `all` is every device.
    public var scope: String?
    /// Seconds that it lives, or 0 for no end; absent is a year.
    public var lifetime: Int?

    /// Creates a request.
    public init(
        name: String, role: Role, mayReveal: Bool? = nil, scope: String? = nil, lifetime: Int? = nil
    ) {
        self.name = name
        self.role = role
        self.mayReveal = mayReveal
        self.scope = scope
        self.lifetime = lifetime
    }
}

/// An API key as it is listed.
public struct APIKeySummary: Codable, Hashable, Sendable {
    /// Whether a key can be used.
    public enum State: String, Codable, Sendable, CaseIterable {
        /// It lets in.
        case active
        /// Its lifetime is over.
        case expired
        /// It was ended.
        case revoked
    }

    /// Public part.
    public var id: String
    /// What it is for.
    public var name: String
    /// Whether it can be used.
    public var state: State
    /// What it may do.
    public var role: Role
    /// Whether it may see root passwords.
    public var mayReveal: Bool
    /// The only devices that exist for it, see `DeviceSelector`, or nil for all.
    public var scope: String?
    /// With whom it ends: `user:NAME`, or `key:ID` for one that another key made; nil if root on the server made it.
    public var owner: String?
    /// When it was made.
    public var createdAt: Date
    /// When it ends, or nil.
    public var expiresAt: Date?
    /// When it was last used, to the minute.
    public var lastUsedAt: Date?
    /// When it was revoked, or nil.
    public var revokedAt: Date?

    /// Creates a row.
    public init(
        id: String, name: String, state: State, role: Role, mayReveal: Bool = false, scope: String? = nil,
        owner: String? = nil, createdAt: Date, expiresAt: Date? = nil, lastUsedAt: Date?, revokedAt: Date?
    ) {
        self.id = id
        self.name = name
        self.state = state
        self.role = role
        self.mayReveal = mayReveal
        self.scope = scope
        self.owner = owner
        self.createdAt = createdAt
        self.expiresAt = expiresAt
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
