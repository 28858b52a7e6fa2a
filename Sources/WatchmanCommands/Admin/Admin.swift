import ArgumentParser

extension Watchman {
    struct Admin: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Everything else: join tokens, API keys, login.",
            subcommands: [AdminLogin.self, AdminTokens.self, AdminKeys.self])
    }
}
