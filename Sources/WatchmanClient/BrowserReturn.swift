import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import WatchmanCore

/// Waits on a port of this machine for the browser to come back with a code (RFC 8252, 7.3).
struct BrowserReturn: Sendable {
    /// The port on 127.0.0.1.
    let port: Int
    private let code: EventLoopFuture<Secret>

    /// Listens, lends the port to `body`, and closes it. Only what brings `state` counts.
    static func with<Value: Sendable>(
        state: Secret, patience: TimeAmount = .minutes(5), _ body: (BrowserReturn) async throws -> Value
    ) async throws -> Value {
        let group = MultiThreadedEventLoopGroup.singleton
        let promise = group.next().makePromise(of: Secret.self)
        let server: any Channel
        do {
            server = try await ServerBootstrap(group: group)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                        try channel.pipeline.syncOperations.addHandler(Visit(state: state, promise: promise))
                    }
                }
                .bind(host: "127.0.0.1", port: 0).get()
        } catch {
            promise.fail(error)
            throw WatchmanError(
                .unavailable, "cannot listen on 127.0.0.1: \(OutsideText.clean("\(error)", limit: 200))")
        }
        let end = group.next().scheduleTask(in: patience) {
            promise.fail(WatchmanError(.unavailable, "nobody approved the login in time"))
        }
        let result: Result<Value, any Error>
        do {
            let port = server.localAddress?.port ?? 0
            result = .success(try await body(BrowserReturn(port: port, code: promise.futureResult)))
        } catch {
            result = .failure(error)
        }
        end.cancel()
        promise.fail(CancellationError())
        try await server.close()
        return try result.get()
    }

    /// The code that the browser brings.
    ///
    /// - Throws: `WatchmanError`: `forbidden` if the person refused, `unavailable` if nobody came.
    func received() async throws -> Secret { try await self.code.get() }

    /// What a request for the callback says: a code, a refusal, or nothing that counts.
    static func answer(_ target: String, state: Secret) -> Result<Secret, WatchmanError>? {
        let parts = target.utf8.split(separator: UInt8(ascii: "?"), maxSplits: 1).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard parts.count == 2, parts[0] == "/callback" else { return nil }
        var fields: [String: String] = [:]
        for pair in parts[1].utf8.split(separator: UInt8(ascii: "&")) {
            let sides = pair.split(separator: UInt8(ascii: "="), maxSplits: 1).map {
                String(decoding: $0, as: UTF8.self)
            }
            // Nothing that we wait for needs an escape, or comes twice.
            guard sides.count == 2, fields.updateValue(sides[1], forKey: sides[0]) == nil else { return nil }
        }
        guard let given = fields["state"], Credential.hash(Secret(given)) == Credential.hash(state) else { return nil }
        if let code = fields["code"] { return .success(Secret(code)) }
        return .failure(WatchmanError(.forbidden, "the login was refused in the browser"))
    }

    /// One connection of a browser. It gets one answer.
    private final class Visit: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private let state: Secret
        private let promise: EventLoopPromise<Secret>

        init(state: Secret, promise: EventLoopPromise<Secret>) { (self.state, self.promise) = (state, promise) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .head(let head) = self.unwrapInboundIn(data) else { return }
            let answer = head.method == .GET ? BrowserReturn.answer(head.uri, state: self.state) : nil
            let text = answer == nil ? "There is nothing here." : "Back to the command line: you can close this page."
            let headers: HTTPHeaders = [
                "Content-Type": "text/plain; charset=utf-8", "Content-Length": "\(text.utf8.count)",
                "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
                "Connection": "close",
            ]
            let status: HTTPResponseStatus = answer == nil ? .notFound : .ok
            context.write(
                self.wrapOutboundOut(.head(.init(version: .http1_1, status: status, headers: headers))), promise: nil)
            context.write(self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
            let sent = context.eventLoop.makePromise(of: Void.self)
            context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: sent)
            let channel = context.channel
            // The page must arrive before the program ends.
            sent.futureResult.whenComplete { [promise = self.promise] _ in
                if let answer { promise.completeWith(answer.mapError { $0 as any Error }) }
                channel.close(promise: nil)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
