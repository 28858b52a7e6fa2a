import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import WatchmanCore
import WatchmanSystem

/// Carries what is inside TLS between a connection to the server's HTTPS port and ssh, until either ends. A process does nothing else.
public enum TLSRelay {
    /// Runs on the descriptors that a helper is given: the connection, and the socket for what is inside.
    ///
    /// What is wrong with the other side's TLS is written to that socket, where ssh's greeting should be.
    public static func run(_ server: ServerURL, authority: String) async throws {
        let context = try NIOSSLContext(configuration: try self.configuration(authority))
        let name = IPAddress.bytes(server.host.utf8) == nil ? server.host : nil
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let inside = try await loop.flatSubmit {
            let ends = ByteRelay.pair()
            let bound = NIOLoopBound(ends, eventLoop: loop)
            let (connection, socket) = (Helper.descriptors.0, Helper.descriptors.1)
            return ClientBootstrap(group: loop).channelOption(.autoRead, value: false)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(bound.value.near)
                    }
                }
                .withConnectedSocket(socket)
                .flatMap { inside in
                    ClientBootstrap(group: loop)
                        .channelInitializer { channel in
                            channel.eventLoop.makeCompletedFuture {
                                let tls = try NIOSSLClientHandler(context: context, serverHostname: name)
                                try channel.pipeline.syncOperations.addHandlers([
                                    tls, Complaint(to: socket), bound.value.far,
                                ])
                            }
                        }
                        .withConnectedSocket(connection)
                        .flatMap { _ in inside.setOption(.autoRead, value: true) }
                        .map { inside }
                }
        }.get()
        try await inside.closeFuture.get()
    }

    static func configuration(_ authority: String) throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .certificates([try NIOSSLCertificate(bytes: Array(authority.utf8), format: .pem)])
        // As in APIClient: the CA is private and signs one server.
        tls.certificateVerification = .noHostnameVerification
        tls.applicationProtocols = [TunnelWay.protocolName]
        return tls
    }
}

/// Tells why there will be no greeting.
private final class Complaint: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let socket: Int32
    private var hasRead = false

    init(to socket: Int32) { self.socket = socket }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.hasRead = true
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if !self.hasRead {
            let words = Array("\(self.words(error))\n".utf8)
            _ = write(self.socket, words, words.count)
        }
        context.fireErrorCaught(error)
    }

    private func words(_ error: any Error) -> String {
        "\(error)".contains("CERTIFICATE_VERIFY_FAILED")
            ? "the HTTPS port shows a certificate that is not the server's: something on the way opens TLS connections"
            : "TLS: \(error)"
    }
}
