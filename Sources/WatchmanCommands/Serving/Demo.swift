import Foundation
import Glibc
import Logging
import ServiceLifecycle
import UnixSignals
import WatchmanAgent
import WatchmanClient
import WatchmanCore
import WatchmanGateway
import WatchmanServer
import WatchmanSystem

/// A whole system on loopback: a server, a device with its own sshd, a tunnel between them, and an admin who gets in.
///
/// Everything lives in one folder below /var/lib (/run may be mounted noexec); no system file, account or password is touched, and nothing is left behind.
struct Demo {
    let context: Context
    let once: Bool
    private let folder = "/var/lib/watchman-demo-\(getpid())"

    func run() async throws {
        try WholeFile.makeFolder(self.folder, mode: 0o755)
        defer { try? FileManager.default.removeItem(atPath: self.folder) }
        let logger = self.context.logger("watchman.demo", level: .warning)
        let settings = try self.settings()
        let sshd = try await DemoDevice.start(folder: self.folder, processes: self.context.processes)
        do {
            let server = try await Server(
                settings, processes: self.context.processes, notifier: ServiceNotifier(environment: [:]), logger: logger
            )
            let result = await self.serve(server, settings, sshd, logger)
            await server.gateway.end()
            await sshd.end()
            try result.get()
        } catch {
            await sshd.end()
            throw error
        }
    }

    private func serve(
        _ server: Server, _ settings: ServerSettings, _ sshd: DemoDevice, _ logger: Logger
    ) async -> Result<Void, any Error> {
        let visit = DemoVisit(
            context: self.context, settings: settings, site: sshd.site(self.folder), once: self.once, logger: logger)
        var configuration = ServiceGroupConfiguration(
            services: server.services.map { .init(service: $0) }
                + [
                    .init(
                        service: visit, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup)
                ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(15)
        do {
            try await ServiceGroup(configuration: configuration).run()
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    /// Loopback only, ports that are free, and accounts that every system has: nobody logs in to more than a forwarded port with them.
    private func settings() throws -> ServerSettings {
        let ports = try FreePorts.take(2)
        var configuration = ServeConfiguration()
        configuration.apiAddress = "127.0.0.1"
        configuration.apiPort = ports[0]
        configuration.apiSocket = "\(self.folder)/api.sock"
        configuration.adminGroup = "root"
        configuration.gatewayState = "\(self.folder)/gateway"
        configuration.gatewayAddress = "127.0.0.1"
        configuration.gatewayPort = ports[1]
        configuration.edgeUser = "nobody"
        configuration.jumpUser = "daemon"
        configuration.keysUser = "nobody"
        var settings = try configuration.settings(state: "\(self.folder)/state", host: "127.0.0.1")
        settings.gateway.helper = try self.helper(settings.gateway.helper)
        return settings
    }

    /// The running program if sshd accepts its place, else a copy in one that it accepts.
    private func helper(_ program: String) throws -> String {
        if LookupPath.isSafe(program) { return program }
        let copy = "\(self.folder)/watchman"
        guard let data = try WholeFile.read(program) else { return program }
        try WholeFile.write(data, to: copy, mode: 0o755)
        return copy
    }
}
