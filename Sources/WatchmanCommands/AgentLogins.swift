import ArgumentParser
import WatchmanAgent
import WatchmanCore

extension Watchman {
    struct AgentLogins: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "logins", abstract: "Say which users admins can log in as.",
            discussion: """
                Root always can. For each other user one line in their authorized_keys lets certificates in that the server signed for this \
                user of this device; a certificate for one user opens no other.

                  $ sudo watchman agent logins add pi
                  $ watchman connect edge-1 --user pi
                """,
            subcommands: [AgentLoginsList.self, AgentLoginsAdd.self, AgentLoginsRemove.self],
            defaultSubcommand: AgentLoginsList.self)
    }

    struct AgentLoginsList: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the users that admins can log in as.")

        @OptionGroup var site: SiteOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            _ = try AgentConfiguration.require(self.site.site)
            let names = ["root"] + (try Logins(site: self.site.site).all)
            try self.output.print(names) { names }
        }
    }

    struct AgentLoginsAdd: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "add", abstract: "Let admins log in as a user.")

        @Argument(help: "The user.") var user: String
        @OptionGroup var site: SiteOptions

        func run() async throws {
            try Context.live.requireRoot("agent logins add")
            let enrolment = try AgentConfiguration.require(self.site.site).enrolment
            let isNew = try await Logins(site: self.site.site).add(self.user, enrolment)
            Terminal.data(isNew ? "admins can log in as \(self.user)" : "admins can log in as \(self.user) already")
        }
    }

    struct AgentLoginsRemove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Let admins log in as a user no more.")

        @Argument(help: "The user.") var user: String
        @OptionGroup var site: SiteOptions

        func run() async throws {
            try Context.live.requireRoot("agent logins remove")
            _ = try AgentConfiguration.require(self.site.site)
            guard try await Logins(site: self.site.site).remove(self.user) else {
                throw WatchmanError(
                    .notFound, "'\(OutsideText.clean(self.user, limit: 32))' is no login", hint: "watchman agent logins"
                )
            }
            Terminal.data("admins can log in as \(self.user) no more")
        }
    }
}
