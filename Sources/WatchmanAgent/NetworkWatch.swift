import Foundation
import Glibc
import Logging
import ServiceLifecycle
import WatchmanCore
import WatchmanSystem

/// Notices that the tunnel cannot go on, or could come back, before ssh does: links, addresses, routes and name servers change, the
/// machine sleeps, the gateway falls silent. Changes that do not touch the way to the gateway leave the tunnel alone.
struct NetworkWatch: Service {
    /// A change comes as many messages, and is over when none has come for so long.
    private static let calm: Duration = .milliseconds(300)
    private static let nameServers = "/etc/resolv.conf"
    let membership: Membership
    let site: EdgeSite
    let board: StatusBoard
    let pulse: Pulse
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.followRoutes() }
                group.addTask { await self.followTime() }
            }
        }
    }

    private func followRoutes() async {
        for await _ in RouteEvents.stream() {
            await self.look(.network)
            try? await Task.sleep(for: Self.calm)
        }
    }

    private func followTime() async {
        var suspension = Suspension()
        var names = Self.identity(of: Self.nameServers)
        var file = Self.identity(of: self.site.configurationFile)
        while !Task.isCancelled {
            self.pulse.beat(.network)
            let slept = suspension.sinceLastLook()
            // The clocks are not read at one instant.
            if slept > .seconds(1) { await self.look(.slept(slept)) }
            if Self.notice(Self.nameServers, &names) { await self.look(.names) }
            if Self.notice(self.site.configurationFile, &file) { self.followProfile() }
            await self.look(.time)
            try? await Task.sleep(for: .seconds(1))
        }
    }

    private func look(_ change: TunnelPath.Change) async {
        let path = self.path()
        switch path.verdict(change) {
        case .keep: break
        case .renew(let reason): self.renew(reason, path)
        case .renewIfReachable(let reason):
            guard let remote = path.connection?.remote, await NetworkPath.answers(remote, milliseconds: 1000) else {
                return
            }
            // The old connection may have come back meanwhile, or ssh may have another.
            let now = self.path()
            guard now.connection?.local == path.connection?.local, now.verdict(change) != .keep else { return }
            self.renew(reason, now)
        }
    }

    private func path() -> TunnelPath {
        let connection = TunnelProcesses(self.site, self.membership.configuration).connection()
        return TunnelPath(
            connection: connection, hasAddress: connection.map { NetworkPath.isOwn($0.local) } ?? true,
            source: connection.flatMap { NetworkPath.source(to: $0.remote) }, problem: self.board.current.problem)
    }

    private func renew(_ reason: String, _ path: TunnelPath) {
        self.logger.notice("the tunnel is made anew", metadata: ["cause": "\(reason)"])
        if path.connection != nil { self.board.tunnel(.connecting, reason: reason, problem: .lost) }
        self.membership.restartTunnel()
    }

    /// Goes over to another profile, if `agent profile` has set one.
    private func followProfile() {
        var configuration = self.membership.configuration
        guard let file = try? AgentConfiguration.read(self.site), file.profile != configuration.profile else { return }
        configuration.profile = file.profile
        self.membership.change(configuration)
        self.logger.notice("the profile changed", metadata: ["profile": "\((file.profile ?? .wired).rawValue)"])
        self.membership.restartTunnel()
    }

    /// Whether a file changed.
    private static func notice(_ file: String, _ known: inout FileMark?) -> Bool {
        let current = Self.identity(of: file)
        defer { known = current }
        return current != known
    }

    /// What changes when a file does: its number and the time of its last change.
    private struct FileMark: Equatable {
        var number: Int?
        var changedAt: Date?
    }

    private static func identity(of file: String) -> FileMark? {
        // /etc/resolv.conf is often a link, and what it leads to is what changes.
        let path = URL(fileURLWithPath: file).resolvingSymlinksInPath().path
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return nil }
        return FileMark(
            number: attributes[.systemFileNumber] as? Int, changedAt: attributes[.modificationDate] as? Date)
    }
}
