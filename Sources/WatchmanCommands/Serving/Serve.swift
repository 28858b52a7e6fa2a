import ArgumentParser
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals
import WatchmanCore
import WatchmanGateway
import WatchmanServer
import WatchmanSystem

extension Watchman {
    struct Serve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run the server: API, gateway and state.",
            discussion: """
                The gateway's sshd is a daemon of its own: stopping or restarting the server leaves every tunnel up.

                  $ sudo watchman serve --demo          a throw-away server with one device, to look at
                """)

        @Option(
            help: ArgumentHelp(
                "Configuration. Default: \(ServeConfiguration.defaultFile), if there is one.", valueName: "file"))
        var config: String?

        @Option(help: ArgumentHelp("Folder of the state. Default: /var/lib/watchman.", valueName: "dir"))
        var state: String?

        @Option(help: "Name by which devices and admins reach this server. Default: the name they used.")
        var host: String?

        @Flag(help: "Run a throw-away server with a demo device; nothing of this system is changed.")
        var demo = false

        @Flag(help: "With --demo: end after the proof.")
        var once = false

        func validate() throws {
            if self.once && !self.demo { throw ValidationError("--once goes with --demo") }
            if self.demo && (self.config != nil || self.state != nil || self.host != nil) {
                throw ValidationError("--demo takes neither --config nor --state nor --host")
            }
        }

        func run() async throws {
            let context = Context.live
            try context.requireRoot("serve")
            // Files that SQLite and sshd make beside ours are for us alone, too.
            umask(0o077)
            if self.demo { return try await Demo(context: context, once: self.once).run() }
            var settings = try ServeConfiguration.read(self.config).settings(state: self.state, host: self.host)
            if let file = self.config { settings.backups.configurationFile = URL(fileURLWithPath: file).path }
            let logger = context.logger("watchman.server")
            try LookupPath.check(settings.gateway.helper)
            let server = try await Server(
                settings, processes: context.processes, notifier: context.notifier, logger: logger)
            logger.info(
                "serving",
                metadata: ["address": "\(settings.address):\(settings.port)", "socket": "\(settings.socket)"])
            let group = ServiceGroup(
                services: server.services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
            do {
                try await group.run()
            } catch {
                throw Self.words(error, settings)
            }
        }

        /// The one failure that people meet: the port is taken.
        static func words(_ error: any Error, _ settings: ServerSettings) -> any Error {
            guard "\(error)".contains("Address already in use") || "\(error)".contains("errno: 98") else {
                return error
            }
            return WatchmanError(
                .unavailable, "cannot listen on \(settings.address):\(settings.port): address already in use",
                hint: "ss -ltnp sport = :\(settings.port)")
        }
    }
}
