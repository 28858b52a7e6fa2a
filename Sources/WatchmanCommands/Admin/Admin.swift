import ArgumentParser

extension Watchman {
    struct Admin: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Everything else: join tokens, people, API keys, connections, the audit trail, jobs, login.",
            subcommands: [
                AdminLogin.self, AdminLogout.self, AdminPin.self, AdminTokens.self, AdminUsers.self, AdminKeys.self,
                AdminConnections.self, AdminAudit.self, AdminJobs.self, AdminEscrow.self,
            ])
    }
}
