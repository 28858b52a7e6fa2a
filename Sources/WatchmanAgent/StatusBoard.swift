import Foundation
import Glibc
import Synchronization
import WatchmanClient
import WatchmanCore
import WatchmanSystem

/// Where the agent's services meet: what each learns goes into one status, written to a file whenever it changes.
final class StatusBoard: Sendable {
    private let status: Mutex<AgentStatus>
    private let file: String

    init(_ configuration: AgentConfiguration, _ site: EdgeSite) {
        let route = configuration.route(site)
        self.file = site.statusFile
        self.status = Mutex(
            AgentStatus(
                deviceID: configuration.enrolment.deviceID, name: configuration.enrolment.name,
                server: configuration.server.text, gateway: "\(route.host):\(route.gatewayPort)", port: route.port,
                tunnel: .connecting, since: Date(), reason: nil, lastCheckIn: nil, checkInProblem: nil, pid: getpid()))
    }

    /// Takes over what the device is now.
    func enrolled(_ configuration: AgentConfiguration, _ site: EdgeSite) {
        let route = configuration.route(site)
        self.update {
            $0.deviceID = configuration.enrolment.deviceID
            $0.name = configuration.enrolment.name
            $0.gateway = "\(route.host):\(route.gatewayPort)"
            $0.port = route.port
        }
    }

    var current: AgentStatus { self.status.withLock { $0 } }

    func tunnel(_ state: AgentStatus.Tunnel, reason: String?, problem: TunnelProblem? = nil) {
        self.update {
            if $0.tunnel != state { $0.since = Date() }
            $0.tunnel = state
            $0.reason = reason
            $0.problem = problem
        }
    }

    func update(_ change: (inout AgentStatus) -> Void) {
        self.status.withLock { status in
            let before = status
            change(&status)
            guard status != before, let data = try? WireJSON.encode(status) else { return }
            // Under the lock, so that an older status never comes last. The file is for people; an agent on a full disk must go on.
            try? WholeFile.write(data, to: self.file, mode: 0o600)
        }
    }
}
