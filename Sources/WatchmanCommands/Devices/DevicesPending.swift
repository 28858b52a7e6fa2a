import ArgumentParser
import Foundation
import WatchmanClient
import WatchmanCore

extension Watchman {
    struct DevicesPending: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pending", abstract: "List devices that wait for approval.",
            discussion: """
                Everything but the address is what the device says of itself. Approve it only if `watchman register` prints the same key there.
                """)

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let list: ApplicantList = try await self.server.withClient(.live) {
                try await $0.get("/api/v1/applicants")
            }
            try self.output.print(list) { Self.table(list.applicants) }
        }

        static func table(_ rows: [ApplicantSummary], now: Date = Date()) -> [String] {
            Table(
                header: [
                    "ID", "ASKED", "NAME", "HOST NAME", "ADDRESS", "KEY", "MACHINE ID", "SERIAL", "TOKEN", "RESEMBLES",
                ],
                rows: rows.map { row in
                    [
                        row.id, Moment.ago(row.createdAt, now: now), row.name ?? "-", row.facts.hostname, row.source,
                        row.keyFingerprint, row.facts.machineID ?? "-", row.facts.serial ?? "-", row.token,
                        row.resembles.map { "\($0.name) (\($0.trait.rawValue))" } ?? "-",
                    ]
                }
            ).lines
        }
    }

    struct DevicesApprove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "approve", abstract: "Let devices in that wait.",
            discussion: """
                  $ watchman devices pending
                  $ watchman devices approve k3v9q2m4xa
                  $ watchman devices approve k3v9q2m4xa --replace edge-1
                """)

        @Argument(help: "Ids from `devices pending`, or the beginnings of them.") var id: [String]
        @Option(help: "What to call the device. Default: what it asks for, else its host name.") var name: String?
        @Option(
            help: ArgumentHelp(
                "The device whose place it takes: its id, port, name, tags and history.", valueName: "device"))
        var replace: String?
        @OptionGroup var server: ServerOptions

        func validate() throws {
            if self.id.count > 1 && (self.name != nil || self.replace != nil) {
                throw ValidationError("--name and --replace are for one device")
            }
        }

        func run() async throws {
            try self.name.map(DeviceName.check)
            let request = ApprovalRequest(name: self.name, replace: try self.replace.map(DeviceReference.checked))
            let paths = try self.id.map { try ApplicantReference.path($0, "approve") }
            try await self.server.withClient(.live) { client in
                for path in paths {
                    let row: DeviceSummary = try await client.post(path, request)
                    Terminal.data("approved \(row.name) (\(row.id)), port \(row.port)")
                }
            }
        }
    }

    struct DevicesReject: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reject", abstract: "Turn devices away that wait.",
            discussion: "A rejected device can ask again only with another join token.")

        @Argument(help: "Ids from `devices pending`, or the beginnings of them.") var id: [String]
        @OptionGroup var server: ServerOptions

        func run() async throws {
            let paths = try self.id.map { try ApplicantReference.path($0, "reject") }
            try await self.server.withClient(.live) { client in
                for path in paths {
                    let row: ApplicantSummary = try await client.post(path, Acknowledgement())
                    Terminal.data("rejected \(row.id)")
                }
            }
        }
    }

    struct DevicesReplace: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "replace", abstract: "Let another machine take the place of a device that is gone.",
            discussion: """
                The old device keeps its id, port, name, tags and history, and has the new machine's key, host keys and root password from then \
                on. The new machine is one that is enrolled, or waits for approval; its own id, port and name go.

                  $ watchman devices replace edge-1 edge-1-2
                """)

        @Argument(help: "The device that is gone.") var old: String
        @Argument(help: "The device, or the id of the one that waits, that takes its place.") var new: String
        @OptionGroup var server: ServerOptions

        func run() async throws {
            let old = try DeviceReference.checked(self.old)
            let request = ReplaceRequest(with: try DeviceReference.checked(self.new))
            let row: DeviceSummary = try await self.server.withClient(.live) {
                try await $0.post("/api/v1/devices/\(old)/replace", request)
            }
            Terminal.data("\(row.name) (\(row.id)) is now the machine that was \(self.new), port \(row.port)")
        }
    }
}

/// What people type for a device that waits.
enum ApplicantReference {
    /// The path of what is to be done with it. What cannot be an id goes no further.
    ///
    /// - Throws: `WatchmanError` (`notFound`).
    static func path(_ text: String, _ action: String) throws -> String {
        guard DeviceName.isValid(text) else {
            throw WatchmanError(
                .notFound, "no device '\(OutsideText.clean(text, limit: 63))' waits for approval",
                hint: "watchman devices pending")
        }
        return "/api/v1/applicants/\(text)/\(action)"
    }
}
