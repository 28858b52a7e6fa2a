import Foundation
import Glibc
import Logging
import ServiceLifecycle
import Synchronization
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
        // From the first moment on, so that Ctrl-C never finds anything half made.
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        try WholeFile.makeFolder(self.folder, mode: 0o755)
        let progress = Progress()
        let result = await withTaskGroup(of: Result<Void, any Error>.self) { group in
            group.addTask { await self.play(progress) }
            group.addTask {
                for await _ in signals { break }
                // The services have heard it, too, and end in good order: a server that is cancelled drops connections that it has just
                // accepted, which SwiftNIO answers with a trap.
                if progress.isServing.withLock({ $0 }) { try? await Task.sleep(for: .seconds(10)) }
                return .success(())
            }
            let first = await group.next() ?? .success(())
            group.cancelAll()
            return first
        }
        await self.clear()
        try result.get()
    }

    private func play(_ progress: Progress) async -> Result<Void, any Error> {
        do {
            let logger = self.context.logger("watchman.demo", level: .warning)
            let settings = try self.settings()
            let device = try await DemoDevice.start(folder: self.folder, processes: self.context.processes)
            let server = try await Server(
                settings, processes: self.context.processes, notifier: ServiceNotifier(environment: [:]), logger: logger
            )
            let visit = DemoVisit(
                context: self.context, settings: settings, site: device.site(self.folder), once: self.once,
                logger: logger)
            let services = server.services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) }
            let configuration = ServiceGroupConfiguration(
                services: services + [.init(service: visit, successTerminationBehavior: .gracefullyShutdownGroup)],
                gracefulShutdownSignals: [.sigint, .sigterm], logger: logger)
            progress.isServing.withLock { $0 = true }
            return .success(try await ServiceGroup(configuration: configuration).run())
        } catch {
            return .failure(error)
        }
    }

    /// Ends every process that was started with a file of ours, and removes the files.
    private func clear() async {
        for _ in 0..<50 {
            let rest = Processes.all().filter {
                $0 != getpid() && Processes.commandLine(of: $0)?.contains("\(self.folder)/") == true
            }
            if rest.isEmpty { break }
            for process in rest { await Processes.endFamily(process) }
        }
        try? FileManager.default.removeItem(atPath: self.folder)
    }

    /// Loopback only, ports that are free, and accounts that every system has: nobody logs in to more than a forwarded port with them.
    private func settings() throws -> ServerSettings {
        let ports = try FreePorts.take(3)
        var configuration = ServeConfiguration()
        configuration.apiAddress = "127.0.0.1"
        configuration.apiPort = ports[0]
        configuration.apiSocket = "\(self.folder)/api.sock"
        configuration.adminGroup = "root"
        configuration.gatewayState = "\(self.folder)/gateway"
        configuration.gatewayAddress = "127.0.0.1"
        configuration.gatewayPort = ports[1]
        configuration.devicePorts = "\(ports[2])-\(ports[2])"
        configuration.edgeUser = "nobody"
        configuration.jumpUser = "daemon"
        configuration.keysUser = "nobody"
        var settings = try configuration.settings(state: "\(self.folder)/state", host: "127.0.0.1")
        settings.gateway.helper = try self.helper(settings.gateway.helper)
        settings.backups.configurationFile = "\(self.folder)/server.toml"
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

/// How far the demo has come.
private final class Progress: Sendable {
    /// Whether the services run, and hear signals themselves.
    let isServing = Mutex(false)
}
