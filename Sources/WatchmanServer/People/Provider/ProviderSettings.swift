import NIOSSL
public import WatchmanCore

/// The OpenID Connect provider at which people may sign in to the dashboard (`[oidc]` in server.toml).
public struct ProviderSettings: Sendable, Equatable {
    /// Its address, exactly as it writes it in its tokens.
    public var issuer: String
    /// What it calls this server.
    public var clientID: String
    /// What this server proves itself to it with; nil for a public client, which only PKCE protects.
    public var clientSecret: Secret?
    /// What people call it: the text of the button.
    public var name: String
    /// What is asked for besides `openid`.
    public var scopes: [String]
    /// The claim that has the person's name.
    public var userClaim: String
    /// Domains whose addresses are cut down to a name: `alice@example.org` is alice.
    public var domains: [String]
    /// The claim that has the person's groups.
    public var groupsClaim: String
    /// The groups of each role; nil if only the people whom an admin added may enter, with the role that they have here.
    public var roles: [Role: [String]]?
    /// Certificates (PEM) to trust instead of the system's, or nil.
    public var authorities: String?

    /// Creates settings; what is left out is as usual.
    public init(
        issuer: String, clientID: String, clientSecret: Secret? = nil, name: String = "single sign-on",
        scopes: [String] = ["profile", "email"], userClaim: String = "preferred_username", domains: [String] = [],
        groupsClaim: String = "groups", roles: [Role: [String]]? = nil, authorities: String? = nil
    ) {
        self.issuer = issuer
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.name = name
        self.scopes = scopes
        self.userClaim = userClaim
        self.domains = domains
        self.groupsClaim = groupsClaim
        self.roles = roles
        self.authorities = authorities
    }

    /// Whether a text can be an issuer: `https://…` without query (OpenID Connect Core, 2), or a provider on this machine at
    /// `http://127.0.0.1:PORT`.
    public static func isIssuer(_ text: String) -> Bool {
        ProviderAddress.isAllowed(text, issuer: text) && !text.utf8.contains(UInt8(ascii: "?"))
    }

    /// Whether a text has certificates, PEM, and nothing that is none.
    public static func areAuthorities(_ text: String) -> Bool {
        (try? NIOSSLCertificate.fromPEMBytes(Array(text.utf8)))?.isEmpty == false
    }
}

/// The addresses that a provider names in its own description.
enum ProviderAddress {
    /// Whether the server may use an address: over TLS, or on this machine if the issuer itself is here.
    static func isAllowed(_ text: String, issuer: String) -> Bool {
        let isPlain = text.utf8.allSatisfy { ASCII.isGraphic($0) && !"#@\\\"<>".utf8.contains($0) }
        guard isPlain, text.utf8.count <= 1000 else { return false }
        if Self.isLocal(text) { return Self.isLocal(issuer) }
        guard let host = Self.rest(of: text, after: "https://") else { return false }
        return host.first.map { ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: "[") } ?? false
    }

    private static func isLocal(_ text: String) -> Bool {
        guard let rest = Self.rest(of: text, after: "http://127.0.0.1") else { return false }
        return rest.first.map { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "/") } ?? true
    }

    private static func rest(of text: String, after start: String) -> Substring.UTF8View? {
        text.utf8.starts(with: start.utf8) ? text.utf8.dropFirst(start.utf8.count) : nil
    }
}
