import HTTPTypes
import NIOCore
import NIOHTTPTypes
import WatchmanCore

/// Ends connections that take too long or ask too much, and tells a caller whose request cannot be read why.
///
/// It stands behind the HTTP decoder, which knows sizes but no time. Hummingbird's own timeout covers connections that are quiet between
/// requests; this one covers what trickles in, whatever the pace.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: HTTPLimits
    private var isReading = false
    private var isRefused = false
    private var unanswered = 0
    private var deadline: Scheduled<Void>?
    private var stall: Scheduled<Void>?

    init(_ limits: HTTPLimits) { self.limits = limits }

    func channelInactive(context: ChannelHandlerContext) {
        self.end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.end() }

    private func end() {
        self.deadline?.cancel()
        self.stall?.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !self.isRefused else { return }
        switch self.unwrapInboundIn(data) {
        case .head:
            self.isReading = true
            self.unanswered += 1
            self.startClock(context)
            guard self.unanswered <= self.limits.pipelined else { return context.close(promise: nil) }
        case .body: break
        case .end:
            self.isReading = false
            self.stopClock()
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Bytes came, and there is no request to which they could belong: a head has begun.
        if !self.isReading, self.unanswered == 0, !self.isRefused { self.startClock(context) }
        context.fireChannelReadComplete()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = self.unwrapOutboundIn(data) { self.unanswered -= 1 }
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.stall?.cancel()
        self.stall = context.channel.isWritable ? nil : Self.close(context, in: self.limits.stall)
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let refusal = HeadRefusal(error), !self.isReading, self.unanswered == 0 else {
            return context.fireErrorCaught(error)
        }
        guard !self.isRefused else { return }
        self.isRefused = true
        self.stopClock()
        for part in refusal.parts { context.write(self.wrapOutboundOut(part), promise: nil) }
        context.flush()
        // Closed at once, the kernel would answer what is still unread with a reset, and the caller would never see the answer.
        self.deadline = Self.close(context, in: 1)
    }

    private func startClock(_ context: ChannelHandlerContext) {
        if self.deadline == nil { self.deadline = Self.close(context, in: self.limits.request) }
    }

    private func stopClock() {
        self.deadline?.cancel()
        self.deadline = nil
    }

    private static func close(_ context: ChannelHandlerContext, in seconds: Int) -> Scheduled<Void> {
        context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(Int64(seconds))) { context.close(promise: nil) }
    }
}
