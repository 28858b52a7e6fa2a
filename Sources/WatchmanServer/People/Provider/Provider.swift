import AsyncHTTPClient
import Foundation
import JWTKit
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import WatchmanCore

/// Asks the provider, and remembers what it said of itself. It is the only host that a sign-in makes this server call, and what it names
/// as its own: nothing in a visitor's request decides where a connection goes.
actor Provider {
    /// What a provider says of itself (OpenID Connect Discovery, 3).
    struct Description: Decodable, Sendable {
        let issuer: String
        let authorizationEndpoint: String
        let tokenEndpoint: String
        let jwksURI: String
        let authenticationMethods: [String]?
        let namesIssuer: Bool?

        enum CodingKeys: String, CodingKey {
            case issuer
            case authorizationEndpoint = "authorization_endpoint"
            case tokenEndpoint = "token_endpoint"
            case jwksURI = "jwks_uri"
            case authenticationMethods = "token_endpoint_auth_methods_supported"
            case namesIssuer = "authorization_response_iss_parameter_supported"
        }
    }

    private struct KeySet: Decodable {
        let keys: [JSON]
    }

    private struct TokenAnswer: Decodable {
        let idToken: String

        enum CodingKeys: String, CodingKey {
            case idToken = "id_token"
        }
    }

    /// Seconds that its answers are remembered.
    private static let memory: TimeInterval = 3600
    /// Seconds between looks for a key that is not known.
    private static let patience: TimeInterval = 30
    private static let bodyLimit = 256 << 10
    /// Those who may redeem a code at the same time: whoever invents codes must not make us a nuisance to the provider.
    private static let redemptionLimit = 8

    nonisolated let settings: ProviderSettings
    private let logger: Logger
    /// How long it has for an answer, all in all.
    private let deadline: Duration
    private var knownDescription: (value: Description, at: Date)?
    private var knownKeys: (value: [JWK], at: Date)?
    private var redemptions = 0

    init(_ settings: ProviderSettings, logger: Logger, deadline: Duration = .seconds(10)) {
        self.settings = settings
        self.logger = logger
        self.deadline = deadline
    }

    /// What it says of itself.
    ///
    /// - Throws: `WatchmanError` (`unavailable`).
    func description(now: Date) async throws -> Description {
        if let known = self.knownDescription, Self.isFresh(known.at, now, Self.memory) { return known.value }
        let base = self.settings.issuer.utf8.last == UInt8(ascii: "/") ? "" : "/"
        let address = "\(self.settings.issuer)\(base).well-known/openid-configuration"
        let new = try await self.ask(Description.self, HTTPClientRequest(url: address))
        guard new.issuer == self.settings.issuer else {
            throw self.unusable("it calls itself \(OutsideText.clean(new.issuer, limit: 200))")
        }
        for address in [new.authorizationEndpoint, new.tokenEndpoint, new.jwksURI] {
            guard ProviderAddress.isAllowed(address, issuer: self.settings.issuer) else {
                throw self.unusable("it names the address \(OutsideText.clean(address, limit: 200))")
            }
        }
        self.knownDescription = (new, now)
        return new
    }

    /// Gets the token for a code (RFC 6749, 4.1.3; RFC 7636, 4.5).
    ///
    /// - Throws: `WatchmanError`: `unauthenticated` if it does not take the code, `unavailable` if it does not answer.
    func redeem(_ code: String, _ trip: ProviderTrip, now: Date) async throws -> String {
        guard self.redemptions < Self.redemptionLimit else {
            throw WatchmanError(.unavailable, "too many people sign in at this moment: try again")
        }
        self.redemptions += 1
        defer { self.redemptions -= 1 }
        let description = try await self.description(now: now)
        var request = HTTPClientRequest(url: description.tokenEndpoint)
        var fields = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", trip.returnAddress),
            ("code_verifier", trip.verifier), ("client_id", self.settings.clientID),
        ]
        if let secret = self.settings.clientSecret {
            if description.authenticationMethods?.contains("client_secret_basic") ?? true {
                let pair = [self.settings.clientID, secret.revealed].map(PercentEncoding.encode)
                let credentials = Data(pair.joined(separator: ":").utf8).base64EncodedString()
                request.headers.add(name: "Authorization", value: "Basic \(credentials)")
            } else {
                fields.append(("client_secret", secret.revealed))
            }
        }
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        request.body = .bytes(ByteBuffer(string: PagePath.fields(fields)))
        return try await self.ask(TokenAnswer.self, request).idToken
    }

    /// What a token says, once it is known that the provider signed it.
    ///
    /// - Throws: `WatchmanError` (`unauthenticated` or `unavailable`).
    func verified(_ token: String, now: Date) async throws -> IDToken {
        let header = try IDToken.header(token)
        var keys = try await self.keys(now: now, olderThan: Self.memory)
        // A provider that changes its keys signs with one that we have not seen.
        if !keys.contains(where: header.fits) { keys = try await self.keys(now: now, olderThan: Self.patience) }
        return try await IDToken.verified(token, header, keys: keys)
    }

    private func keys(now: Date, olderThan age: TimeInterval) async throws -> [JWK] {
        if let known = self.knownKeys, Self.isFresh(known.at, now, age) { return known.value }
        let address = try await self.description(now: now).jwksURI
        let set = try await self.ask(KeySet.self, HTTPClientRequest(url: address))
        // Keys of kinds that are not known here, such as for encryption, are no reason to do without the others.
        let keys = set.keys.prefix(100).filter { $0["use"] == nil || $0["use"] == "sig" }
            .compactMap { try? JSONDecoder().decode(JWK.self, from: JSONEncoder().encode($0)) }
        self.knownKeys = (keys, now)
        return keys
    }

    /// A clock that was set back must not make an answer last.
    private static func isFresh(_ moment: Date, _ now: Date, _ age: TimeInterval) -> Bool {
        (0..<age).contains(now.timeIntervalSince(moment))
    }

    private func ask<Answer: Decodable & Sendable>(
        _ type: Answer.Type, _ request: HTTPClientRequest
    ) async throws -> Answer {
        var request = request
        request.headers.add(name: "Accept", value: "application/json")
        let (status, body) = try await self.exchange(request)
        // To a code that it does not take it says 400 or 401 (RFC 6749, 5.2).
        if request.method == .POST, (400...401).contains(status) {
            self.logger.warning(
                "the sign-in provider refuses", metadata: ["answer": "\(OutsideText.lines(body, limit: 300))"])
            throw WatchmanError(.unauthenticated, "\(self.settings.name) does not confirm this sign-in")
        }
        guard status == 200, let answer = try? JSONDecoder().decode(type, from: Data(body)) else {
            throw self.unusable("its answer, status \(status), makes no sense")
        }
        return answer
    }

    private func exchange(_ request: HTTPClientRequest) async throws -> (UInt, [UInt8]) {
        do {
            let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: try self.configuration())
            let result: Result<(UInt, [UInt8]), any Error>
            do {
                result = .success(try await Self.answer(http, request, within: self.deadline))
            } catch {
                result = .failure(error)
            }
            try await http.shutdown()
            return try result.get()
        } catch {
            throw self.unusable(OutsideText.clean("\(error)", limit: 300))
        }
    }

    /// The client's own timeouts begin anew with every byte.
    private static func answer(_ http: HTTPClient, _ request: HTTPClientRequest, within limit: Duration) async throws
        -> (UInt, [UInt8])
    {
        try await withThrowingTaskGroup(of: (UInt, [UInt8])?.self) { group in
            group.addTask {
                let response = try await http.execute(request, timeout: .seconds(10))
                let body = try await response.body.collect(upTo: Self.bodyLimit)
                return (response.status.code, Array(body.readableBytesView))
            }
            group.addTask {
                try await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() ?? nil else { throw HTTPClientError.deadlineExceeded }
            return answer
        }
    }

    private func configuration() throws -> HTTPClient.Configuration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let authorities = self.settings.authorities {
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(authorities.utf8)))
        }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls, redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: .seconds(5), read: .seconds(10))
        configuration.httpVersion = .http1Only
        return configuration
    }

    /// The log gets the cause; a visitor could do nothing about it.
    private func unusable(_ cause: String) -> WatchmanError {
        self.logger.error("the sign-in provider is of no use", metadata: ["cause": "\(cause)"])
        return WatchmanError(.unavailable, "\(self.settings.name) does not answer as it should: try again later")
    }
}
