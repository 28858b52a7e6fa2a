import NIOCore
import NIOPosix
import WatchmanGateway
import WatchmanSystem

/// Leads tunnels that come by TLS to the gateway's sshd.
struct TunnelDoor: Sendable {
    /// Where the gateway's sshd listens, as this machine reaches it.
    let host: String
    let port: Int
    /// The tunnels that are open.
    let tunnels: Connections
    /// Seconds for the first byte.
    let patience: Int

    init(_ gateway: GatewaySettings, _ limits: HTTPLimits, files: Int) {
        self.host = ["0.0.0.0": "127.0.0.1", "::": "::1"][gateway.address] ?? gateway.address
        self.port = gateway.port
        // Each has two open files.
        let most = min(limits.tunnels, files / 5)
        self.tunnels = Connections(limit: most, perSource: max(most / 4, 1))
        self.patience = limits.handshake
    }

    /// Connects to sshd and joins the two; a client for whom that fails is let go.
    func join(_ channel: any Channel) -> EventLoopFuture<Void> {
        let loop = channel.eventLoop
        return ClientBootstrap(group: loop)
            .connectTimeout(.seconds(5))
            // Nothing is read before it can be passed on.
            .channelOption(.autoRead, value: false)
            .connect(host: self.host, port: self.port)
            .assumeIsolated()
            .flatMap { gateway in
                let ends = ByteRelay.pair(patience: .seconds(Int64(self.patience)))
                do {
                    try channel.pipeline.syncOperations.addHandler(ends.near)
                    try gateway.pipeline.syncOperations.addHandler(ends.far)
                } catch {
                    gateway.close(promise: nil)
                    return loop.makeFailedFuture(error)
                }
                return gateway.setOption(.autoRead, value: true)
            }
            .flatMapError { error in
                channel.close(promise: nil)
                return loop.makeFailedFuture(error)
            }
            .nonisolated()
    }
}
