import Glibc
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOSSL
import NIOTLS
import WatchmanCore

/// A connection to the public port: TLS, and inside it either HTTP or, if the client asks for that by ALPN (RFC 7301), a tunnel.
struct PublicChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        /// HTTP, or nil for a tunnel.
        fileprivate let http: EventLoopFuture<HTTP1Channel.Value?>
    }

    private let context: NIOSSLContext
    private let http: HTTP1Channel
    private let limits: HTTPLimits
    private let connections: Connections
    private let tunnels: TunnelDoor

    init(
        _ http: HTTP1Channel, tls: TLSConfiguration, limits: HTTPLimits, connections: Connections, tunnels: TunnelDoor
    ) throws {
        var tls = tls
        tls.applicationProtocols = [TunnelWay.protocolName, "http/1.1"]
        self.context = try NIOSSLContext(configuration: tls)
        self.http = http
        self.limits = limits
        self.connections = connections
        self.tunnels = tunnels
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let door = ConnectionDoor(self.limits, connections: self.connections)
            let negotiation = NIOTypedApplicationProtocolNegotiationHandler<HTTP1Channel.Value?> { result, channel in
                guard case .negotiated(TunnelWay.protocolName) = result else {
                    return self.http.setup(channel: channel, logger: logger).map { $0 }
                }
                return self.open(channel, door)
            }
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandlers([NIOSSLServerHandler(context: self.context), door, negotiation])
            return Value(channel: channel, http: negotiation.protocolNegotiationResult)
        }
    }

    private func open(_ channel: any Channel, _ door: ConnectionDoor) -> EventLoopFuture<HTTP1Channel.Value?> {
        guard door.move(channel, to: self.tunnels.tunnels) else {
            return channel.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
        }
        return Self.keepAlive(channel).flatMap { self.tunnels.join(channel) }.map { nil }
    }

    /// sshd cannot see when a device is gone without a word: its own connection ends here. Devices make themselves heard at least every
    /// 60 s, so that the kernel's questions cost nothing.
    private static func keepAlive(_ channel: any Channel) -> EventLoopFuture<Void> {
        let options = [(TCP_KEEPIDLE, 75), (TCP_KEEPINTVL, 5), (TCP_KEEPCNT, 3), (Int32(TCP_USER_TIMEOUT), 30_000)]
        let settings =
            [channel.setOption(.socketOption(.so_keepalive), value: 1)]
            + options.map { name, value in
                channel.setOption(
                    ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: name)),
                    value: ChannelOptions.Types.SocketOption.Value(value))
            }
        return EventLoopFuture.andAllSucceed(settings, on: channel.eventLoop)
    }

    func handle(value: Value, logger: Logger) async {
        do {
            if let http = try await value.http.get() { return await self.http.handle(value: http, logger: logger) }
            try await value.channel.closeFuture.get()
        } catch {
            // Whoever does not finish the handshake, or finds sshd down, is gone.
        }
    }
}
