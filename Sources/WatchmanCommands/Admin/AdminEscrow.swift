import ArgumentParser
import WatchmanClient
import WatchmanCore

extension Watchman {
    struct AdminEscrow: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "escrow", abstract: "The key that root passwords are sealed under.",
            subcommands: [EscrowRotate.self])
    }

    struct EscrowRotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rotate", abstract: "Seal all secrets under a new key, and forget the old one.",
            discussion: """
                For when someone may have seen the key file or a backup, and as a habit. The passwords stay the same: follow it with \
                `watchman devices rotate-password --all` if they may be known, too. Backups made before still open with the key in them.
                """)

        @OptionGroup var server: ServerOptions

        func run() async throws { try await Self.rotate(self.server) }

        static func rotate(_ server: ServerOptions) async throws {
            let result: EscrowRotation = try await server.withClient(.live) {
                try await $0.post("/api/v1/escrow/rotate", Acknowledgement())
            }
            Terminal.data("a new key is in use; secrets sealed under it: \(result.secrets)")
        }
    }

    /// The same beside the other keys, where people look for it, too.
    struct KeysRotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rotate", abstract: "The same as `admin escrow rotate`.", shouldDisplay: false)

        @OptionGroup var server: ServerOptions

        func run() async throws { try await EscrowRotate.rotate(self.server) }
    }
}
