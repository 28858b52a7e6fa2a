public import ArgumentParser
import Foundation
import WatchmanClient
public import WatchmanCore

extension Watchman {
    struct AdminKeys: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "keys", abstract: "API keys: what lets an admin in from another host.",
            subcommands: [KeysCreate.self, KeysList.self, KeysRevoke.self], defaultSubcommand: KeysList.self)
    }

    struct KeysCreate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Make an API key. Its secret is shown this once.")

        @Argument(help: "What it is for, such as the name of a laptop.") var name: String
        @Option(help: "What it may do: viewer, operator or admin.") var role = Role.operator
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let request = APIKeyRequest(name: self.name, role: self.role)
            let new: NewAPIKey = try await self.server.withClient(.live) { try await $0.post("/api/v1/keys", request) }
            try self.output.print(new) { [new.key.revealed] }
        }
    }

    struct KeysList: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List API keys.")

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let list: APIKeyList = try await self.server.withClient(.live) { try await $0.get("/api/v1/keys") }
            try self.output.print(list) {
                Table(
                    header: ["ID", "STATE", "ROLE", "CREATED", "LAST USED", "NAME"],
                    rows: list.keys.map {
                        [
                            $0.id, $0.revokedAt == nil ? "active" : "revoked", $0.role.rawValue,
                            Moment.exact($0.createdAt), Moment.ago($0.lastUsedAt), $0.name,
                        ]
                    }
                ).lines
            }
        }
    }

    struct KeysRevoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "revoke", abstract: "End an API key.")

        @Argument(help: "Id of the key.") var id: String
        @OptionGroup var server: ServerOptions

        func run() async throws {
            let id = try PublicID.checked(self.id, what: "API key")
            let row: APIKeySummary = try await self.server.withClient(.live) {
                try await $0.delete("/api/v1/keys/\(id)")
            }
            Terminal.data("\(row.id) is revoked")
        }
    }
}

extension Role: ExpressibleByArgument {}
