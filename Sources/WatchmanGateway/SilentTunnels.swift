import Glibc
public import Logging
public import ServiceLifecycle
public import WatchmanCore
import WatchmanSystem

/// Ends tunnels whose device is gone without a word: switched off, or cut off.
///
/// A device's own ssh makes itself heard every few seconds, or every minute where data are paid for. Its connection that stays silent
/// for longer than its ssh would bear is dead. sshd's way to find that out (`ClientAliveInterval`) would ask all devices alike, at 2 MB a
/// day each, and fails when somebody uses the port meanwhile. Only the kernel is asked here, which costs the device nothing.
public struct SilentTunnels: Service {
    /// Tells the profiles of the devices at these ports, or nil if that cannot be told now.
    public typealias Profiles = @Sendable (_ ports: Set<Int>) async -> [Int: NetworkProfile]?

    /// What agents that know of no profiles are given: their ssh asks every 15 s, three times.
    private static let usualPatience: Duration = .seconds(60)
    private let presence: Presence
    private let gatewayPorts: Set<Int>
    private let profiles: Profiles
    private let logger: Logger

    /// Watches the tunnels that `presence` sees.
    public init(settings: GatewaySettings, presence: Presence, logger: Logger, profiles: @escaping Profiles) {
        self.presence = presence
        self.gatewayPorts = Set(settings.ports)
        self.profiles = profiles
        self.logger = logger
    }

    /// Looks until asked to stop.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var connections = TunnelConnections()
            while !Task.isCancelled {
                await self.look(&connections)
                try? await Task.sleep(for: .seconds(2))
            }
        }
    }

    /// Looks once.
    private func look(_ connections: inout TunnelConnections) async {
        let sockets = self.presence.sockets
        guard !sockets.isEmpty else { return }
        let activity = TCPActivity.read().filter { self.gatewayPorts.contains($0.value.localPort) }
        connections.settle(sockets, activity, self.presence.table)
        let silent = connections.silent(activity, longerThan: TunnelTiming(.wired).silence)
        guard !silent.isEmpty else { return }
        guard let profiles = await self.profiles(Set(silent.keys)) else { return }
        for (port, tunnel) in silent {
            let patience = profiles[port].map { TunnelTiming($0).silence } ?? Self.usualPatience
            if tunnel.silence > patience { self.end(port, tunnel) }
        }
    }

    private func end(_ port: Int, _ tunnel: TunnelConnections.Silent) {
        guard Processes.holds(tunnel.holder, socket: tunnel.listener) else { return }
        // SIGKILL, because sshd would first say farewell to a peer that is not there; its monitor tidies up after it.
        Processes.signal(tunnel.holder, SIGKILL)
        let seconds = tunnel.silence.components.seconds
        self.logger.info("a silent tunnel was ended", metadata: ["port": "\(port)", "seconds": "\(seconds)"])
    }
}
