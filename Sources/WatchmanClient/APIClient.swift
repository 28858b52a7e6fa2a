import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
public import WatchmanCore

/// Talks to a server. The one HTTP client of agent and commands.
public struct APIClient: Sendable {
    private static let bodyLimit = 64 << 20
    let address: ServerAddress
    let http: HTTPClient
    let apiKey: Secret?

    /// Opens a client, lends it to `body` and closes it.
    ///
    /// `apiKey` is sent as bearer token; the Unix socket and devices need none. With a `proxy` the server is reached through it.
    public static func with<Value: Sendable>(
        _ address: ServerAddress, apiKey: Secret? = nil, proxy: HTTPProxy? = nil,
        _ body: (APIClient) async throws -> Value
    ) async throws -> Value {
        var tls = TLSConfiguration.makeClientConfiguration()
        if case .remote(_, let authority) = address {
            let certificate = try NIOSSLCertificate(bytes: Array(authority.utf8), format: .pem)
            tls.trustRoots = .certificates([certificate])
            // The CA is private and signs one server: its key is the identity, whatever name leads there.
            tls.certificateVerification = .noHostnameVerification
        }
        return try await self.with(address, apiKey: apiKey, proxy: proxy, tls: tls, body)
    }

    static func with<Value: Sendable>(
        _ address: ServerAddress, apiKey: Secret?, proxy: HTTPProxy?, tls: TLSConfiguration,
        _ body: (APIClient) async throws -> Value
    ) async throws -> Value {
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls, redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: .seconds(10), read: .seconds(60))
        configuration.httpVersion = .http1Only
        configuration.proxy = proxy?.forClient
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(APIClient(address: address, http: http, apiKey: apiKey)))
        } catch {
            result = .failure(error)
        }
        try await http.shutdown()
        return try result.get()
    }

    /// `GET path`.
    public func get<Answer: Decodable>(_ path: String) async throws -> Answer {
        try await self.call("GET", path, body: nil, headers: [])
    }

    /// `POST path` with a JSON body.
    public func post<Answer: Decodable>(_ path: String, _ body: some Encodable) async throws -> Answer {
        try await self.call("POST", path, body: Array(try WireJSON.encode(body)), headers: [])
    }

    /// `PATCH path` with a JSON body.
    public func patch<Answer: Decodable>(_ path: String, _ body: some Encodable) async throws -> Answer {
        try await self.call("PATCH", path, body: Array(try WireJSON.encode(body)), headers: [])
    }

    /// `DELETE path`.
    public func delete<Answer: Decodable>(_ path: String) async throws -> Answer {
        try await self.call("DELETE", path, body: nil, headers: [])
    }

    /// Sends a request and reads the answer.
    ///
    /// - Throws: the server's own `WatchmanError`, or `unavailable` when it cannot be reached or is not watchman.
    func call<Answer: Decodable>(
        _ method: String, _ path: String, body: [UInt8]?, headers: [(String, String)]
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: self.url(path))
        request.method = .init(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let key = self.apiKey { request.headers.add(name: "Authorization", value: "Bearer \(key.revealed)") }
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(body)
        }
        let (status, bytes) = try await self.exchange(request)
        guard status != 200 else { return try self.decode(Answer.self, bytes) }
        throw try self.decode(ErrorBody.self, bytes).error
    }

    private func exchange(_ request: HTTPClientRequest) async throws -> (UInt, [UInt8]) {
        do {
            let response = try await self.http.execute(request, timeout: .seconds(60))
            let body = try await response.body.collect(upTo: Self.bodyLimit)
            return (response.status.code, Array(body.readableBytesView))
        } catch let error as CancellationError {
            throw error
        } catch {
            throw Unreachable.error(self.address, error)
        }
    }

    private func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Value {
        do {
            return try WireJSON.decode(type, from: bytes)
        } catch {
            throw WatchmanError(.unavailable, "\(self.address.shown) does not answer like a watchman server")
        }
    }

    private func url(_ path: String) -> String {
        switch self.address {
        case .remote(let url, _): return url.text + path
        case .socket(let file):
            return "http+unix://\(PercentEncoding.encode(file))\(path)"
        }
    }
}

extension HTTPProxy {
    fileprivate var forClient: HTTPClient.Configuration.Proxy {
        .server(
            host: self.host, port: self.port,
            authorization: self.user.map { .basic(username: $0, password: self.password?.revealed ?? "") })
    }
}

extension ServerAddress {
    /// For messages.
    public var shown: String {
        switch self {
        case .socket(let path): path
        case .remote(let url, _): url.text
        }
    }
}
