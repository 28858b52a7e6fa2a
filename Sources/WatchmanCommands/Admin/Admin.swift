import ArgumentParser

extension Watchman {
    struct Admin: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Everything else: join tokens, people, API keys, jobs, login.",
            subcommands: [
                AdminLogin.self, AdminTokens.self, AdminUsers.self, AdminKeys.self, AdminJobs.self, AdminEscrow.self,
            ])
    }
}
