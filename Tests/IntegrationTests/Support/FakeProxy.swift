import Foundation
import NIOCore
import NIOPosix
import Synchronization
import WatchmanSystem

/// An HTTP proxy that makes connections (CONNECT). Whatever host is asked for, it goes to 127.0.0.1, and to some ports only.
final class FakeProxy: Sendable {
    let port: Int
    private let channel: any Channel
    private let log: Log

    /// The heads of all requests so far.
    var requests: [String] { self.log.requests.withLock(\.self) }

    /// Listens on `port` of 127.0.0.1 and lends the proxy to `body`. With `login` it asks for `USER:PASSWORD`.
    static func with<Value: Sendable>(
        port: Int, to ports: [Int], login: String? = nil, _ body: (FakeProxy) async throws -> Value
    ) async throws -> Value {
        let log = Log()
        let proof = login.map { ": Basic \(Data($0.utf8).base64EncodedString())\r\n" }
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Request(ports: ports, proof: proof, log: log))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        let proxy = FakeProxy(port: port, channel: channel, log: log)
        let result: Result<Value, any Error>
        do { result = .success(try await body(proxy)) } catch { result = .failure(error) }
        try await channel.close()
        return try result.get()
    }

    private init(port: Int, channel: any Channel, log: Log) {
        (self.port, self.channel, self.log) = (port, channel, log)
    }

    fileprivate final class Log: Sendable { let requests = Mutex<[String]>([]) }
}

/// Reads one request and answers it.
private final class Request: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let ports: [Int]
    private let proof: String?
    private let log: FakeProxy.Log
    private var head = ""

    init(ports: [Int], proof: String?, log: FakeProxy.Log) { (self.ports, self.proof, self.log) = (ports, proof, log) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.head += String(buffer: self.unwrapInboundIn(data))
        guard self.head.hasSuffix("\r\n\r\n") else { return }
        self.log.requests.withLock { $0.append(self.head) }
        let place = self.head.split(separator: " ").dropFirst().first ?? ""
        guard self.proof.map({ self.head.contains($0) }) ?? true else {
            return self.refuse("407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"", context)
        }
        guard let port = place.split(separator: ":").last.flatMap({ Int($0) }), self.ports.contains(port) else {
            return self.refuse("403 Forbidden", context)
        }
        self.join(port, context)
    }

    private func refuse(_ status: String, _ context: ChannelHandlerContext) {
        let answer = ByteBuffer(string: "HTTP/1.1 \(status)\r\nContent-Length: 0\r\n\r\n")
        context.writeAndFlush(self.wrapOutboundOut(answer), promise: nil)
    }

    private func join(_ port: Int, _ context: ChannelHandlerContext) {
        let here = context.channel
        ClientBootstrap(group: context.eventLoop).channelOption(.autoRead, value: false)
            .connect(host: "127.0.0.1", port: port).assumeIsolated()
            .whenComplete { result in
                guard case .success(let there) = result else { return self.refuse("502 Bad Gateway", context) }
                let ends = ByteRelay.pair()
                let answer = ByteBuffer(string: "HTTP/1.1 200 Connection established\r\n\r\n")
                context.writeAndFlush(self.wrapOutboundOut(answer), promise: nil)
                do {
                    try here.pipeline.syncOperations.addHandler(ends.near)
                    try there.pipeline.syncOperations.addHandler(ends.far)
                } catch { return here.close(promise: nil) }
                context.pipeline.syncOperations.removeHandler(self, promise: nil)
                there.setOption(.autoRead, value: true).whenComplete { _ in }
            }
    }
}
