import Foundation
public import WatchmanClient
import WatchmanCore
import WatchmanSystem

extension AgentConfiguration {
    /// What ssh runs to be given a connection to the gateway (`ProxyCommand`).
    static func dialCommand(_ site: EdgeSite) -> [String] { [Executables.current] + Self.dialArguments(site) }

    private static func dialArguments(_ site: EdgeSite) -> [String] {
        ["agent", "dial", "--folder", site.folder, "--runtime", site.runtimeFolder]
    }

    /// What reaches the gateway.
    public func dialer(_ site: EdgeSite) -> Dialer {
        Dialer(
            gateway: (
                self.enrolment.gatewayHost ?? self.server.host, self.enrolment.gatewayPort,
                self.enrolment.otherPorts ?? []
            ),
            server: self.server, proxy: self.proxy, memoryFile: site.wayFile,
            relay: Self.dialArguments(site) + ["--relay"])
    }
}
