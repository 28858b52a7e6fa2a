import Crypto
import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import SwiftASN1
import Synchronization
import WatchmanClient
import WatchmanCore
import X509

/// A server that is not watchman's: it writes down every byte that reaches it, which with TLS is what the client meant to be secret.
final class FakeServer: Sendable {
    /// What it does.
    enum Manner: Sendable {
        /// Says this at once and then listens.
        case greets(String)
        /// Answers every HTTP request with this body, over TLS.
        case web(String, TLSIdentity)
    }

    let port: Int
    private let channel: any Channel
    private let log: Log

    /// All bytes received so far.
    var received: [UInt8] { self.log.bytes.withLock(\.self) }
    /// How many clients have come.
    var connections: Int { self.log.connections.withLock(\.self) }

    /// Whether a text reached it.
    func received(_ text: String) -> Bool {
        String(decoding: self.received, as: UTF8.self).contains(text)
    }

    /// Listens on `port` of a loopback address and lends the server to `body`.
    static func with<Value: Sendable>(
        _ manner: Manner, host: String = "127.0.0.1", port: Int, _ body: (FakeServer) async throws -> Value
    ) async throws -> Value {
        let log = Log()
        let context = try manner.context()
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    }
                    try channel.pipeline.syncOperations.addHandler(Conversation(manner: manner, log: log))
                }
            }
            .bind(host: host, port: port).get()
        let server = FakeServer(port: port, channel: channel, log: log)
        let result: Result<Value, any Error>
        do { result = .success(try await body(server)) } catch { result = .failure(error) }
        try await channel.close()
        return try result.get()
    }

    private init(port: Int, channel: any Channel, log: Log) {
        (self.port, self.channel, self.log) = (port, channel, log)
    }

    fileprivate final class Log: Sendable {
        let bytes = Mutex<[UInt8]>([])
        let connections = Mutex(0)
    }
}

extension FakeServer.Manner {
    fileprivate func context() throws -> NIOSSLContext? {
        guard case .web(_, let identity) = self else { return nil }
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: [
                    .certificate(try NIOSSLCertificate(bytes: Array(identity.certificate.utf8), format: .pem))
                ],
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(identity.key.utf8), format: .pem))))
    }
}

/// A self-signed certificate and its key, PEM.
struct TLSIdentity: Sendable {
    let certificate: String
    let key: String

    init() throws {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let name = try DistinguishedName { CommonName("watchman server CA") }
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
            notValidBefore: Date(timeIntervalSince1970: 0), notValidAfter: Date(timeIntervalSinceNow: 86400),
            issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
            }, issuerPrivateKey: key)
        self.certificate = try certificate.serializeAsPEM().pemString
        self.key = try key.serializeAsPEM().pemString
    }
}

/// One client.
private final class Conversation: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let manner: FakeServer.Manner
    private let log: FakeServer.Log
    private var request: [UInt8] = []

    init(manner: FakeServer.Manner, log: FakeServer.Log) { (self.manner, self.log) = (manner, log) }

    func channelActive(context: ChannelHandlerContext) {
        self.log.connections.withLock { $0 += 1 }
        if case .greets(let text) = self.manner { self.write(text, context) }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Array(self.unwrapInboundIn(data).readableBytesView)
        self.log.bytes.withLock { $0 += bytes }
        self.request += bytes
        guard case .web(let body, _) = self.manner, String(decoding: self.request, as: UTF8.self).contains("\r\n\r\n")
        else { return }
        self.request = []
        self.write(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)", context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func write(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }
}
