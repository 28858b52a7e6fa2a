import NIOCore
import NIOTLS

/// Counts a connection to the HTTPS port while it lasts, and ends one whose TLS handshake takes too long.
///
/// It stands right behind TLS, before anyone knows what the connection is for.
final class ConnectionDoor: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let handshake: TimeAmount
    private var connections: Connections
    private var source: [UInt8]?
    private var hasBegun = false
    private var deadline: Scheduled<Void>?

    init(_ limits: HTTPLimits, connections: Connections) {
        self.handshake = .seconds(Int64(limits.handshake))
        self.connections = connections
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { self.begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        self.begin(context)
        context.fireChannelActive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard !self.hasBegun else { return }
        self.hasBegun = true
        guard self.enter(context.channel) else { return }
        self.deadline = context.eventLoop.assumeIsolated().scheduleTask(in: self.handshake) {
            context.close(promise: nil)
        }
    }

    /// Has the connection counted there from now on; without room it ends.
    func move(_ channel: any Channel, to connections: Connections) -> Bool {
        self.end()
        self.connections = connections
        return self.enter(channel)
    }

    private func enter(_ channel: any Channel) -> Bool {
        let source = Connections.source(channel.remoteAddress)
        guard self.connections.enter(source) else {
            channel.close(promise: nil)
            return false
        }
        self.source = source
        return true
    }

    private func end() {
        self.deadline?.cancel()
        if let source { self.connections.leave(source) }
        self.source = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.end() }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent {
            self.deadline?.cancel()
            self.deadline = nil
        } else if event is ChannelShouldQuiesceEvent, self.deadline != nil {
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }
}
