import Glibc
public import Logging
public import ServiceLifecycle
import WatchmanCore
public import WatchmanSystem

/// The device's side: keeps the tunnel up and checks in.
public struct Agent: Sendable {
    /// The services in the order in which they depend on each other.
    public let services: [any Service]

    /// Prepares the agent of a registered device.
    ///
    /// - Throws: `WatchmanError` (`configuration`) if the device is not registered or its files are damaged.
    public init(site: EdgeSite, processes: SystemProcessRunner, notifier: ServiceNotifier, logger: Logger) throws {
        let configuration = try AgentConfiguration.require(site)
        _ = try configuration.key()
        try KeyRenewal(site: site, processes: processes, keyFile: configuration.keyFile).settle()
        guard Executables.find("autossh") != nil else {
            throw WatchmanError(.unavailable, "autossh is not installed", hint: "watchman prereqs --install")
        }
        try WholeFile.makeFolder(site.runtimeFolder, mode: 0o700)
        let (board, membership, pulse) = (StatusBoard(configuration, site), Membership(configuration), Pulse())
        self.services = [
            TunnelService(membership: membership, site: site, processes: processes, board: board, logger: logger),
            NetworkWatch(membership: membership, site: site, board: board, pulse: pulse, logger: logger),
            CheckInService(
                membership: membership, site: site, processes: processes, board: board, pulse: pulse, logger: logger),
            ReadyService(notifier: notifier) { pulse.isAlive() },
        ]
    }
}
