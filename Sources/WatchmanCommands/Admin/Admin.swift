import ArgumentParser

extension Watchman {
    struct Admin: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Everything else: join tokens, people, API keys, connections, jobs, login.",
            subcommands: [
                AdminLogin.self, AdminTokens.self, AdminUsers.self, AdminKeys.self, AdminConnections.self,
                AdminJobs.self, AdminEscrow.self,
            ])
    }
}
