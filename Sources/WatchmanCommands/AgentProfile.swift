public import ArgumentParser
import WatchmanAgent
public import WatchmanCore

extension Watchman {
    struct AgentProfile: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "profile", abstract: "Say or set how this device's network is.",
            discussion: """
                The profile says how often the tunnel and the server are asked whether they are still there. With lte and satellite that is \
                little data, and a dead path is found after two minutes instead of 15 seconds. The running agent follows at once.

                  $ sudo watchman agent profile lte
                """)

        @Argument(help: "The new profile: wired, wifi, lte or satellite.") var profile: NetworkProfile?
        @OptionGroup var site: SiteOptions

        func run() async throws {
            var configuration = try AgentConfiguration.require(self.site.site)
            if let profile {
                try Context.live.requireRoot("agent profile")
                configuration.profile = profile
                try configuration.write(self.site.site)
            }
            Terminal.data((configuration.profile ?? .wired).rawValue)
        }
    }
}

extension NetworkProfile: ExpressibleByArgument {}
