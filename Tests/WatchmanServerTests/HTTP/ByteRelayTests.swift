import NIOCore
import NIOEmbedded
import Testing
import WatchmanSystem

/// What joins a tunnel that comes by TLS to sshd, on a clock that the test moves.
@Suite struct ByteRelayTests {
    /// Counts how often more is read from the network.
    private final class Reads: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        var count = 0
        func read(context: ChannelHandlerContext) {
            self.count += 1
            context.read()
        }
    }

    private final class Joint {
        let loop = EmbeddedEventLoop()
        let reads = Reads()
        let near: EmbeddedChannel
        let far: EmbeddedChannel

        init() throws {
            let ends = ByteRelay.pair(patience: .seconds(10))
            self.near = EmbeddedChannel(handlers: [self.reads, ends.near], loop: self.loop)
            self.far = EmbeddedChannel(handler: ends.far, loop: self.loop)
            for channel in [self.near, self.far] {
                try channel.connect(to: try SocketAddress(ipAddress: "192.0.2.1", port: 22)).wait()
            }
        }
    }

    @Test func `what one side says the other hears, both ways`() throws {
        let joint = try Joint()
        try joint.near.writeInbound(ByteBuffer(string: "SSH-2.0-a"))
        #expect(try joint.far.readOutbound(as: ByteBuffer.self) == ByteBuffer(string: "SSH-2.0-a"))
        try joint.far.writeInbound(ByteBuffer(string: "SSH-2.0-b"))
        #expect(try joint.near.readOutbound(as: ByteBuffer.self) == ByteBuffer(string: "SSH-2.0-b"))
    }

    @Test func `no more is read than the other side takes`() throws {
        let joint = try Joint()
        joint.far.isWritable = false
        let before = joint.reads.count
        joint.near.pipeline.read()
        #expect(joint.reads.count == before)
        joint.far.isWritable = true
        joint.far.pipeline.fireChannelWritabilityChanged()
        #expect(joint.reads.count == before + 1)
    }

    @Test func `the end of either side is the end of both, after all that was said`() throws {
        let joint = try Joint()
        try joint.far.writeInbound(ByteBuffer(string: "bye"))
        try joint.far.close().wait()
        joint.loop.run()
        #expect(try joint.near.readOutbound(as: ByteBuffer.self) == ByteBuffer(string: "bye"))
        #expect(!joint.near.isActive)
        let half = try Joint()
        half.near.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        half.loop.run()
        #expect(!half.far.isActive)
    }

    @Test func `a client that says nothing is let go`() throws {
        let (silent, good) = (try Joint(), try Joint())
        try good.near.writeInbound(ByteBuffer(string: "S"))
        for joint in [silent, good] { joint.loop.advanceTime(by: .seconds(10)) }
        #expect(!silent.near.isActive && !silent.far.isActive)
        #expect(good.near.isActive && good.far.isActive)
    }
}
