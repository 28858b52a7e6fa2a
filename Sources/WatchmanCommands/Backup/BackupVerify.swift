import ArgumentParser
import Foundation
import Glibc
import WatchmanClient
import WatchmanCore
import WatchmanServer

extension Watchman {
    struct BackupVerify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify", abstract: "Prove that a server could live from a backup.",
            discussion: """
                A trial restore: everything is unpacked in a corner, the database is checked page by page, the keys are opened, and for \
                every device the gateway is asked whether it would be let in. For a file no server is needed, but a folder with room for \
                twice the backup ($TMPDIR, else /var/tmp).

                Exit status 0 if the backup is sound, 78 if it is not.

                  $ sudo watchman backup verify watchman-20261124T063000Z.tar
                  $ sudo watchman backup verify ./copy.tar
                """)

        @Argument(help: "Name of one of the server's backups, or a path with a `/` in it.")
        var backup: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let result = try await self.verification(.live)
            try self.output.print(result) { result.isSound ? [result.summary] : [] }
            guard result.isSound else {
                throw WatchmanError(.configuration, "\(self.backup) is not sound: \(result.summary)")
            }
        }

        private func verification(_ context: Context) async throws -> BackupVerification {
            guard !self.backup.utf8.contains(UInt8(ascii: "/")) else {
                // What is unpacked is for us alone.
                umask(0o077)
                return try BackupTool(file: self.backup, scratch: context.scratchFolder).verify(now: Date())
            }
            _ = try BackupName.check(self.backup)
            let path = "/api/v1/backups/\(self.backup)/verify"
            let row: BackupSummary = try await self.server.withClient(context) {
                try await $0.post(path, Acknowledgement())
            }
            guard let verification = row.verification else {
                throw WatchmanError(.unavailable, "\(self.backup) changed while it was tried")
            }
            return verification
        }
    }
}
