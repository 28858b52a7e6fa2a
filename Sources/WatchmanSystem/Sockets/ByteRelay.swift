public import NIOCore

/// One end of a pair that joins two connections: what it reads, the other end writes, no faster than the other side takes it.
///
/// ssh closes both directions at once, so the end of either side is the end of both, once what was on its way is written.
public final class ByteRelay: ChannelDuplexHandler {
    /// Bytes.
    public typealias InboundIn = ByteBuffer
    /// Bytes.
    public typealias OutboundIn = ByteBuffer
    /// Bytes.
    public typealias OutboundOut = ByteBuffer

    private var partner: ByteRelay?
    private var context: ChannelHandlerContext?
    private var wantsToRead = false
    private var hasEnded = false
    /// How long the other side may be silent at first, or nil for as long as it likes.
    private let patience: TimeAmount?
    private var deadline: Scheduled<Void>?

    private init(patience: TimeAmount?) { self.patience = patience }

    /// Two ends, for two channels of one event loop. With `patience` the near side has that long for its first byte.
    public static func pair(patience: TimeAmount? = nil) -> (near: ByteRelay, far: ByteRelay) {
        let (near, far) = (ByteRelay(patience: patience), ByteRelay(patience: nil))
        (near.partner, far.partner) = (far, near)
        return (near, far)
    }

    /// See `ChannelDuplexHandler`.
    public func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        guard let patience else { return }
        self.deadline = context.eventLoop.assumeIsolated().scheduleTask(in: patience) { context.close(promise: nil) }
    }

    /// See `ChannelDuplexHandler`.
    public func handlerRemoved(context: ChannelHandlerContext) {
        self.deadline?.cancel()
        self.context = nil
        self.partner = nil
    }

    /// See `ChannelDuplexHandler`.
    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.deadline?.cancel()
        self.partner?.write(self.unwrapInboundIn(data))
    }

    /// See `ChannelDuplexHandler`.
    public func channelReadComplete(context: ChannelHandlerContext) { self.partner?.context?.flush() }

    /// See `ChannelDuplexHandler`.
    public func read(context: ChannelHandlerContext) {
        if self.partner?.isWritable ?? true { context.read() } else { self.wantsToRead = true }
    }

    /// See `ChannelDuplexHandler`.
    public func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { self.partner?.readOn() }
    }

    /// See `ChannelDuplexHandler`.
    public func channelInactive(context: ChannelHandlerContext) { self.partner?.finish() }

    /// See `ChannelDuplexHandler`.
    public func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    /// See `ChannelDuplexHandler`.
    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed: self.partner?.finish()
        case is ChannelShouldQuiesceEvent: context.close(promise: nil)
        default: break
        }
    }

    private var isWritable: Bool { self.context?.channel.isWritable ?? false }

    private func write(_ bytes: ByteBuffer) { self.context?.write(self.wrapOutboundOut(bytes), promise: nil) }

    private func readOn() {
        guard self.wantsToRead else { return }
        self.wantsToRead = false
        self.context?.read()
    }

    /// Closes when all is written: closed at once, a channel would forget what it could not write yet.
    private func finish() {
        guard let context, !self.hasEnded else { return }
        self.hasEnded = true
        let empty = context.channel.allocator.buffer(capacity: 0)
        context.writeAndFlush(self.wrapOutboundOut(empty)).assumeIsolated().whenComplete { _ in
            context.close(promise: nil)
        }
    }
}
