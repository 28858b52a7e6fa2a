/// `POST /api/v1/login`: exchange what a person approved in the browser for an API key; the answer is `NewAPIKey`.
public struct LoginRequest: Codable, Sendable {
    /// What the browser brought.
    public var code: Secret
    /// What the challenge is the hash of (RFC 7636).
    public var verifier: Secret

    /// Creates a request.
    public init(code: Secret, verifier: Secret) {
        self.code = code
        self.verifier = verifier
    }
}

/// `DELETE /api/v1/login`.
public struct LogoutAnswer: Codable, Sendable {
    /// Whether the key is ended: only a person's own is.
    public var isRevoked: Bool

    /// Creates an answer.
    public init(isRevoked: Bool) { self.isRevoked = isRevoked }
}
