import Foundation
import JWTKit
import WatchmanCore

/// What a provider signed about a person (OpenID Connect Core, 2).
struct IDToken: JWTPayload {
    /// Seconds that its clock and ours may differ.
    private static let leeway: TimeInterval = 60
    /// Seconds after which a token that was just fetched is not the one that was asked for.
    private static let oldest: TimeInterval = 600
    private static let longest = 32 << 10
    /// Asymmetric ones only: with `none` anybody signs, and with HS256 everybody who knows the public key (RFC 8725, 2.1).
    private static let algorithms: [String: (kind: JWK.KeyType, algorithm: JWK.Algorithm)] = [
        "RS256": (.rsa, .rs256), "ES256": (.ecdsa, .es256), "EdDSA": (.octetKeyPair, .eddsa),
    ]

    let claims: JSON

    /// Who may have issued it, for whom, and for which sign-in.
    struct Expectation: Sendable {
        let issuer: String
        let client: String
        let nonce: String
        let now: Date
    }

    /// The beginning of a token.
    struct Header: Decodable, Sendable {
        let alg: String
        let kid: String?
        let crit: [String]?

        /// Whether this key may have signed the token.
        func fits(_ key: JWK) -> Bool {
            guard let (kind, algorithm) = IDToken.algorithms[self.alg] else { return false }
            return key.keyType == kind && (key.algorithm ?? algorithm) == algorithm
                && (self.kid == nil || key.keyIdentifier?.string == self.kid)
        }
    }

    init(from decoder: any Decoder) throws { self.claims = try decoder.singleValueContainer().decode(JSON.self) }

    func encode(to encoder: any Encoder) throws { try self.claims.encode(to: encoder) }

    /// What it must say depends on the sign-in that asked for it: `check`.
    func verify(using algorithm: some JWTAlgorithm) async throws {}

    /// Reads the beginning of a token, of which nothing is proved yet.
    ///
    /// - Throws: `WatchmanError` (`unauthenticated`).
    static func header(_ token: String) throws -> Header {
        let parts = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard token.utf8.count <= Self.longest, parts.count == 3,
            parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(ASCII.isBase64URL) }),
            let bytes = Data(base64URL: String(decoding: parts[0], as: UTF8.self)),
            let header = try? JSONDecoder().decode(Header.self, from: bytes)
        else { throw Self.untrusted("it is no signed token") }
        guard Self.algorithms[header.alg] != nil, header.crit == nil else {
            throw Self.untrusted("it is signed in a way that is not accepted here")
        }
        return header
    }

    /// Reads a token that one of these keys signed.
    ///
    /// - Throws: `WatchmanError` (`unauthenticated`).
    static func verified(_ token: String, _ header: Header, keys: [JWK]) async throws -> IDToken {
        let fitting = keys.filter(header.fits)
        // Without a name of the key there must be only one that it can be (OpenID Connect Core, 10.1).
        guard var key = fitting.first, fitting.count == 1, Self.isLong(key) else {
            throw Self.untrusted("the provider has no such key")
        }
        key.algorithm = Self.algorithms[header.alg]?.algorithm
        key.keyIdentifier = JWKIdentifier(string: header.kid ?? "only")
        do {
            return try await JWTKeyCollection().add(jwk: key).verify(token, as: IDToken.self)
        } catch {
            throw Self.untrusted("its signature is wrong")
        }
    }

    private static func isLong(_ key: JWK) -> Bool {
        // 2048 bits in base64.
        key.keyType != .rsa || (key.modulus ?? "").utf8.count >= 342
    }

    /// Returns if it is meant for us, now, and for this sign-in (OpenID Connect Core, 3.1.3.7).
    ///
    /// - Throws: `WatchmanError` (`unauthenticated`).
    func check(_ expected: Expectation) throws {
        guard self.text("iss") == expected.issuer else { throw Self.untrusted("another provider issued it") }
        let audience = self.texts("aud")
        guard audience.contains(expected.client),
            self.claims["azp"] == nil ? audience.count == 1 : self.text("azp") == expected.client
        else { throw Self.untrusted("it is for someone else") }
        guard let end = self.moment("exp"), let begin = self.moment("iat") else {
            throw Self.untrusted("it does not say when it is valid")
        }
        let now = expected.now
        guard end + Self.leeway > now, begin + Self.oldest > now else { throw Self.untrusted("it has ended") }
        guard max(begin, self.moment("nbf") ?? begin) - Self.leeway < now else {
            throw Self.untrusted("it is not valid yet: compare the clocks")
        }
        guard self.text("nonce") == expected.nonce else { throw Self.untrusted("it is for another sign-in") }
    }

    /// A claim that is a text, or nil.
    func text(_ claim: String) -> String? {
        if case .text(let text) = self.claims[claim] { text } else { nil }
    }

    /// A claim that is a text or a list of texts.
    func texts(_ claim: String) -> [String] {
        switch self.claims[claim] {
        case .text(let text): [text]
        case .array(let values): values.compactMap { if case .text(let text) = $0 { text } else { nil } }
        default: []
        }
    }

    private func moment(_ claim: String) -> Date? {
        switch self.claims[claim] {
        case .integer(let seconds): Date(timeIntervalSince1970: TimeInterval(seconds))
        case .number(let seconds) where seconds.isFinite: Date(timeIntervalSince1970: seconds)
        default: nil
        }
    }

    static func untrusted(_ cause: String) -> WatchmanError {
        WatchmanError(.unauthenticated, "the provider's token is not accepted: \(cause)")
    }
}
