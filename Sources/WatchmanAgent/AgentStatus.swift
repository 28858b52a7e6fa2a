public import Foundation
import WatchmanClient
public import WatchmanCore
import WatchmanSystem

/// What the agent last knew of itself; `agent status` shows it.
public struct AgentStatus: Codable, Hashable, Sendable {
    /// Where the tunnel stands.
    public enum Tunnel: String, Codable, Sendable {
        /// The server sees it.
        case up
        /// The agent is at it.
        case connecting
        /// The agent has stopped.
        case stopped
    }

    /// The device's id.
    public var deviceID: String
    /// The device's name.
    public var name: String
    /// The server's address.
    public var server: String
    /// The gateway, `HOST:PORT`.
    public var gateway: String
    /// The dedicated port.
    public var port: Int
    /// Where the tunnel stands.
    public var tunnel: Tunnel
    /// Since when.
    public var since: Date
    /// Why it is not up, in words.
    public var reason: String?
    /// What kind of reason that is.
    public var problem: TunnelProblem?
    /// By which way the gateway was reached last.
    public var way: TunnelWay?
    /// The last check-in that the server answered.
    public var lastCheckIn: Date?
    /// Why the last check-in failed, in words.
    public var checkInProblem: String?
    /// The agent's process.
    public var pid: Int32

    /// Why the tunnel is down, if it is and somebody knows.
    var whyDown: SSHProblem? {
        guard self.tunnel != .up, let reason = self.reason else { return nil }
        return SSHProblem(self.problem ?? .other, reason)
    }

    /// Reads a site's status, or nil if no agent runs there.
    public static func read(_ site: EdgeSite) throws -> AgentStatus? {
        guard let data = try WholeFile.read(site.statusFile),
            var status = try? WireJSON.decode(AgentStatus.self, from: data),
            Processes.name(of: status.pid) != nil
        else { return nil }
        // ssh found it, and told the agent nothing.
        status.way = WayMemory.read(site.wayFile)?.way
        return status
    }
}
