import ArgumentParser
import Foundation
import WatchmanClient
import WatchmanCore

extension Watchman {
    struct Backup: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make, list, try, restore and prune backups of the server.",
            discussion: """
                A backup is one file that holds everything a server is: database, CAs, host key, escrow key, TLS files and configuration. \
                Whoever has it can be that server: keep copies elsewhere, and keep them secret. Restored on another machine under the \
                same name, all devices come back by themselves.

                  $ scp "$(sudo watchman backup create)" backup.example:
                """,
            subcommands: [
                BackupCreate.self, BackupList.self, BackupVerify.self, BackupRestore.self, BackupPrune.self,
                BackupSchedule.self,
            ],
            defaultSubcommand: BackupList.self)
    }

    struct BackupCreate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Make a backup of the running server, and print its path.",
            discussion: "Nothing waits for it, and killed at any moment it leaves no half backup.")

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let row: BackupSummary = try await self.server.withClient(.live) {
                try await $0.post("/api/v1/backups", Acknowledgement())
            }
            try self.output.print(row) { [row.path] }
        }
    }

    struct BackupList: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List backups.")

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let list: WatchmanCore.BackupList = try await self.server.withClient(.live) {
                try await $0.get("/api/v1/backups")
            }
            try self.output.print(list) { Self.table(list.backups) }
        }

        static func table(_ rows: [BackupSummary], now: Date = Date()) -> [String] {
            Table(
                header: ["NAME", "TIME", "SIZE", "DEVICES", "VERSION", "VERIFIED"],
                rows: rows.map { row in
                    [
                        row.name, Moment.exact(row.createdAt), ByteCount.words(row.size),
                        row.devices.map { "\($0)" } ?? "-", row.version ?? "-", Self.verdict(row, now),
                    ]
                }
            ).lines
        }

        private static func verdict(_ row: BackupSummary, _ now: Date) -> String {
            if row.problem != nil { return "cannot be read" }
            guard let verification = row.verification else { return "never" }
            return "\(verification.isSound ? "sound" : "NOT SOUND"), \(Moment.ago(verification.at, now: now))"
        }
    }

    struct BackupPrune: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "prune", abstract: "Remove old backups.",
            discussion: """
                The last backup of each of the latest days, weeks (from Monday) and months that have one is kept, in UTC, and always the \
                newest. Files that are not backups of ours are left alone, and so are damaged ones.
                """)

        @Option(
            help: ArgumentHelp("Days to keep one of. Default: as configured.", valueName: "n"))
        var keepDaily: Int?

        @Option(
            help: ArgumentHelp("Weeks to keep one of. Default: as configured.", valueName: "n"))
        var keepWeekly: Int?

        @Option(
            help: ArgumentHelp("Months to keep one of. Default: as configured.", valueName: "n"))
        var keepMonthly: Int?

        @Flag(help: "Only say what would be done.")
        var dryRun = false

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            for count in [self.keepDaily, self.keepWeekly, self.keepMonthly].compactMap(\.self)
            where !(0...10_000).contains(count) {
                throw ValidationError("a number of backups to keep is 0 to 10000")
            }
        }

        func run() async throws {
            let request = BackupPruneRequest(
                keepDaily: self.keepDaily, keepWeekly: self.keepWeekly, keepMonthly: self.keepMonthly,
                isDryRun: self.dryRun)
            let result: BackupPruneResult = try await self.server.withClient(.live) {
                try await $0.post("/api/v1/backups/prune", request)
            }
            try self.output.print(result) { Self.table(result) }
        }

        static func table(_ result: BackupPruneResult) -> [String] {
            let verb = result.isDryRun ? "would go" : "removed"
            return Table(
                header: ["NAME", "FATE", "WHY"],
                rows: result.kept.map { [$0.name, "kept", $0.reasons.joined(separator: ", ")] }
                    + result.removed.map { [$0, verb, "no rule keeps it"] }
            ).lines
        }
    }
}
