import Crypto
import CryptoExtras
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Synchronization
import WatchmanCore

@testable import WatchmanServer

/// A small OpenID Connect provider on loopback that can be told to misbehave.
final class FakeProvider: Sendable {
    /// What it does.
    struct Manners: Sendable {
        /// Members of its description that are otherwise.
        var description: [String: JSON] = [:]
        /// Claims of its tokens that are otherwise; `.null` leaves one out.
        var claims: [String: JSON] = [:]
        var header: [String: JSON] = [:]
        var key = FakeKey.ec("one")
        /// The keys that it publishes.
        var published = [FakeKey.ec("one"), FakeKey.ed("two")]
        /// What becomes of a finished token.
        var spoil: @Sendable (String) -> String = { $0 }
        /// What it answers instead, by path.
        var instead: [String: @Sendable () async throws -> Response] = [:]
    }

    private struct Visit: Sendable {
        let nonce: String
        let challenge: String
        let returnAddress: String
    }

    private struct State {
        var issuer = ""
        var visits: [String: Visit] = [:]
        var calls: [String] = []
        var authorization: String?
    }

    let manners = Mutex(Manners())
    private let state = Mutex(State())

    /// Its address.
    var issuer: String { self.state.withLock(\.issuer) }
    /// The paths that it was asked for.
    var calls: [String] { self.state.withLock(\.calls) }
    /// How the last one who redeemed a code proved who it is.
    var authorization: String? { self.state.withLock(\.authorization) }

    /// Runs a provider, and lends it to `body` with a server whose people may sign in there.
    static func with(
        _ change: @escaping @Sendable (inout ProviderSettings) -> Void = { _ in }, deadline: Duration = .seconds(5),
        _ body: @escaping @Sendable (ServerFixture, FakeProvider) async throws -> Void
    ) async throws {
        let provider = FakeProvider()
        let app = Application(
            router: provider.router(), configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await app.test(.live) { client in
            provider.state.withLock { $0.issuer = "http://127.0.0.1:\(client.port ?? 0)" }
            try await ServerFixture.with { fixture in
                var fixture = fixture
                var settings = ProviderSettings(issuer: provider.issuer, clientID: "watchman", name: "Example")
                change(&settings)
                fixture.fleet.issuer = settings.issuer
                fixture.signIn.provider = Provider(
                    settings, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, deadline: deadline)
                try await body(fixture, provider)
            }
        }
    }

    private func router() -> Router<BasicRequestContext> {
        let router = Router()
        for path in ["/.well-known/openid-configuration", "/keys"] {
            router.get(RouterPath(path)) { _, _ in try await self.answer(path) }
        }
        router.post("/token") { request, _ in
            let form = try await URLEncodedFormDecoder().decode(
                [String: String].self, from: String(buffer: request.body.collect(upTo: 100_000)))
            self.state.withLock { $0.authorization = request.headers[.authorization] }
            return try await self.answer("/token", form)
        }
        return router
    }

    private func answer(_ path: String, _ form: [String: String] = [:]) async throws -> Response {
        self.state.withLock { $0.calls.append(path) }
        let manners = self.manners.withLock(\.self)
        if let instead = manners.instead[path] { return try await instead() }
        switch path {
        case "/token": return try self.token(form, manners)
        case "/keys": return try Self.json(["keys": .array(manners.published.map(\.published))])
        default:
            let issuer = self.issuer
            let description: JSON = [
                "issuer": .text(issuer), "authorization_endpoint": .text("\(issuer)/authorize"),
                "token_endpoint": .text("\(issuer)/token"), "jwks_uri": .text("\(issuer)/keys"),
            ]
            return try Self.json(description.merging(.object(manners.description)))
        }
    }

    /// What a person does there: gives a code for the address that the browser was sent to.
    func visit(_ address: String) throws -> (code: String, state: String) {
        let items = URLComponents(string: address)?.queryItems ?? []
        let fields = Dictionary(items.map { ($0.name, $0.value ?? "") }) { first, _ in first }
        guard fields["response_type"] == "code", fields["client_id"] == "watchman",
            fields["code_challenge_method"] == "S256", fields["scope"]?.hasPrefix("openid") == true
        else { throw WatchmanError(.invalid, "no authorization request: \(address)") }
        let code = RandomText.identifier(20)
        let visit = Visit(
            nonce: fields["nonce"] ?? "", challenge: fields["code_challenge"] ?? "",
            returnAddress: fields["redirect_uri"] ?? "")
        self.state.withLock { $0.visits[code] = visit }
        return (code, fields["state"] ?? "")
    }

    /// Each code once, with the verifier of the one who asked.
    private func token(_ form: [String: String], _ manners: Manners) throws -> Response {
        let visit = self.state.withLock { $0.visits.removeValue(forKey: form["code"] ?? "") }
        guard let visit, form["redirect_uri"] == visit.returnAddress, form["client_id"] == "watchman",
            Credential.hash(Secret(form["code_verifier"] ?? "")).base64URL == visit.challenge
        else { return try Self.json(["error": "invalid_grant"], status: .badRequest) }
        let now = Int(Date().timeIntervalSince1970)
        var claims: [String: JSON] = [
            "iss": .text(self.issuer), "aud": "watchman", "sub": "subject-1", "nonce": .text(visit.nonce),
            "iat": .integer(now), "exp": .integer(now + 300), "preferred_username": "alice",
        ]
        claims.merge(manners.claims) { $1 }
        var header: [String: JSON] = ["alg": .text(manners.key.algorithm), "kid": .text(manners.key.id)]
        header.merge(manners.header) { $1 }
        let parts = try [header, claims].map { members in
            try JSONEncoder().encode(JSON.object(members.filter { $0.value != .null })).base64URL
        }
        let signed = parts.joined(separator: ".")
        let token = "\(signed).\(try manners.key.sign(Data(signed.utf8)).base64URL)"
        return try Self.json(["token_type": "Bearer", "access_token": "x", "id_token": .text(manners.spoil(token))])
    }

    static func json(_ value: JSON, status: HTTPResponse.Status = .ok) throws -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try JSONEncoder().encode(value))))
    }
}

/// A key that signs tokens.
struct FakeKey: Sendable {
    let id: String
    let algorithm: String
    /// Its public part (RFC 7517).
    var published: JSON
    let sign: @Sendable (Data) throws -> Data

    private static let ecKeys = Mutex<[String: P256.Signing.PrivateKey]>([:])
    private static let rsaKey = Result { try _RSA.Signing.PrivateKey(keySize: .bits2048) }
    private static let edKey = Curve25519.Signing.PrivateKey()

    /// The same name is the same key.
    static func ec(_ id: String) -> FakeKey {
        let key = self.ecKeys.withLock { keys in
            let key = keys[id] ?? P256.Signing.PrivateKey()
            keys[id] = key
            return key
        }
        let point = key.publicKey.rawRepresentation
        return FakeKey(
            id: id, algorithm: "ES256",
            published: [
                "kty": "EC", "crv": "P-256", "kid": .text(id), "alg": "ES256", "use": "sig",
                "x": .text(Data(point.prefix(32)).base64URL), "y": .text(Data(point.suffix(32)).base64URL),
            ], sign: { try key.signature(for: $0).rawRepresentation })
    }

    static func ed(_ id: String) -> FakeKey {
        let key = self.edKey
        return FakeKey(
            id: id, algorithm: "EdDSA",
            published: [
                "kty": "OKP", "crv": "Ed25519", "kid": .text(id), "alg": "EdDSA",
                "x": .text(key.publicKey.rawRepresentation.base64URL),
            ], sign: { try key.signature(for: $0) })
    }

    static func rsa(_ id: String) throws -> FakeKey {
        let key = try self.rsaKey.get()
        let primitives = try key.publicKey.getKeyPrimitives()
        return FakeKey(
            id: id, algorithm: "RS256",
            published: [
                "kty": "RSA", "kid": .text(id), "n": .text(primitives.modulus.base64URL),
                "e": .text(primitives.publicExponent.base64URL),
            ], sign: { try key.signature(for: $0, padding: .insecurePKCS1v1_5).rawRepresentation })
    }

    /// Whoever knows the public key of `key` can sign like this.
    static func shared(_ key: FakeKey) -> FakeKey {
        let secret = SymmetricKey(data: (try? JSONEncoder().encode(key.published)) ?? Data())
        return FakeKey(
            id: key.id, algorithm: "HS256", published: key.published,
            sign: { Data(HMAC<SHA256>.authenticationCode(for: $0, using: secret)) })
    }
}
