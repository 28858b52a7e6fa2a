import ArgumentParser
import Foundation
import WatchmanClient
import WatchmanCore

extension Watchman {
    struct AdminConnections: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "connections", abstract: "Who is on a device through the gateway at this moment.",
            discussion:
                "Admins on the server itself enter by the device's port without the gateway: their `connect` is in the audit trail.",
            subcommands: [ConnectionsList.self, ConnectionsEnd.self], defaultSubcommand: ConnectionsList.self)
    }

    struct ConnectionsList: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List open connections.")

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let list: ConnectionList = try await self.server.withClient(.live) {
                try await $0.get("/api/v1/connections")
            }
            try self.output.print(list) { Self.table(list.connections) }
        }

        static func table(_ rows: [ConnectionSummary], now: Date = Date()) -> [String] {
            Table(
                header: ["ID", "DEVICE", "WHO", "FROM", "SINCE"],
                rows: rows.map {
                    ["\($0.id)", $0.deviceName ?? $0.deviceID, $0.actor, $0.source, Moment.ago($0.startedAt, now: now)]
                }
            ).lines
        }
    }

    struct ConnectionsEnd: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "end", abstract: "End an open connection.",
            discussion: "The person can connect again: to keep them out, remove them, their key or their role.")

        @Argument(help: "Number of the connection.") var id: Int64
        @OptionGroup var server: ServerOptions

        func run() async throws {
            let id = self.id
            let row: ConnectionSummary = try await self.server.withClient(.live) {
                try await $0.delete("/api/v1/connections/\(id)")
            }
            Terminal.data("ended connection \(row.id) of \(row.actor) to \(row.deviceName ?? row.deviceID)")
        }
    }
}
