import ArgumentParser
import Foundation
import ServiceLifecycle
import UnixSignals
import WatchmanAgent
import WatchmanCore
import WatchmanSystem

extension Watchman {
    struct Agent: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keep this device's tunnel up.",
            subcommands: [
                AgentRun.self, AgentStatus.self, AgentInstall.self, AgentUninstall.self, AgentLogins.self,
                AgentProfile.self,
            ],
            defaultSubcommand: AgentRun.self)
    }

    struct AgentRun: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run", abstract: "Run the agent in the foreground; what the service does.")

        @OptionGroup var site: SiteOptions

        func run() async throws {
            let context = Context.live
            let logger = context.logger("watchman.agent")
            let agent = try WatchmanAgent.Agent(
                site: self.site.site, processes: context.processes, notifier: context.notifier, logger: logger)
            let group = ServiceGroup(
                services: agent.services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
            try await group.run()
        }
    }

    struct AgentStatus: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "Say where the tunnel stands, and why.",
            discussion: "Exit status 0 if the tunnel is up, 69 if it is not, 78 if this device is not registered.")

        @OptionGroup var site: SiteOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let site = self.site.site
            _ = try AgentConfiguration.require(site)
            guard let status = try WatchmanAgent.AgentStatus.read(site) else {
                throw WatchmanError(
                    .unavailable, "the agent does not run", hint: "systemctl start \(SystemdUnit.agentName)")
            }
            try self.output.print(status) { Self.lines(status) }
            if status.tunnel != .up { throw ExitCode(69) }
        }

        static func lines(_ status: WatchmanAgent.AgentStatus) -> [String] {
            let rows = [
                ("device", "\(status.name) (\(status.deviceID))"), ("server", status.server),
                ("gateway", "\(status.gateway), port \(status.port)"),
                ("tunnel", "\(status.tunnel.rawValue) since \(Moment.exact(status.since))"),
                ("way", status.way?.rawValue),
                ("reason", status.reason),
                ("check-in", Moment.ago(status.lastCheckIn)), ("problem", status.checkInProblem),
            ]
            return rows.compactMap { name, value in
                value.map {
                    "\((name + ":").padding(toLength: 10, withPad: " ", startingAt: 0))\(OutsideText.clean($0, limit: 400))"
                }
            }
        }
    }

    struct AgentInstall: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "install", abstract: "Install or repair the service of a registered device.")

        @OptionGroup var site: SiteOptions

        func run() async throws {
            let context = Context.live
            try context.requireRoot("agent install")
            let enroller = Enroller(site: self.site.site, processes: context.processes) {
                Terminal.say("watchman: \($0)")
            }
            Terminal.data(try await enroller.repair() ? "already installed" : "installed")
        }
    }

    struct AgentUninstall: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "uninstall", abstract: "Take the agent and its key off this device.",
            discussion:
                "The server still lists the device until `watchman devices remove` there. Root's password stays as it is."
        )

        @OptionGroup var site: SiteOptions
        @Flag(help: "Do not ask.") var yes = false

        func run() async throws {
            let context = Context.live
            try context.requireRoot("agent uninstall")
            try Confirmation.ask("This ends remote access to this machine.", expecting: "uninstall", yes: self.yes)
            let found = try await Uninstaller.run(self.site.site, processes: context.processes)
            Terminal.data(found ? "uninstalled" : "already uninstalled")
        }
    }
}
