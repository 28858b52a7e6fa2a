public import ArgumentParser
import Foundation
import WatchmanClient
public import WatchmanCore

extension Watchman {
    struct AdminKeys: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "keys", abstract: "API keys: what lets an admin in from another host.",
            subcommands: [KeysCreate.self, KeysList.self, KeysRevoke.self, KeysRotate.self],
            defaultSubcommand: KeysList.self)
    }

    struct KeysCreate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Make an API key. Its secret is shown this once.")

        @Argument(help: "What it is for, such as the name of a laptop.") var name: String
        @Option(help: "What it may do: viewer, operator or admin.") var role = Role.operator
        @Flag(help: "It may see root passwords; no role includes it.") var reveal = false
        @Option(help: "The only devices that exist for it, such as site=berlin.") var scope = "all"
        @Option(help: "How long it lives: a number with s, m, h or d, to 3650d, or never.") var ttl = KeyLifetime(
            seconds: APIKeyRequest.usualLifetime)
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            _ = try DeviceSelector.scope(self.scope)
            let request = APIKeyRequest(
                name: self.name, role: self.role, mayReveal: self.reveal, scope: self.scope, lifetime: self.ttl.seconds)
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
                    header: [
                        "ID", "STATE", "ROLE", "REVEAL", "CREATED", "EXPIRES", "LAST USED", "OWNER", "SCOPE", "NAME",
                    ],
                    rows: list.keys.map {
                        [
                            $0.id, $0.state.rawValue, $0.role.rawValue, $0.mayReveal ? "yes" : "no",
                            Moment.exact($0.createdAt), $0.expiresAt.map(Moment.exact) ?? "never",
                            Moment.ago($0.lastUsedAt), $0.owner ?? "-", $0.scope ?? "all", $0.name,
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

/// How long a key lives: a span of time that a key may live for, or `never`.
struct KeyLifetime: ExpressibleByArgument {
    /// 0 for no end.
    let seconds: Int

    init(seconds: Int) { self.seconds = seconds }

    init?(argument: String) {
        if argument == "never" {
            self.seconds = 0
        } else {
            guard let span = TimeSpan(argument: argument), span.seconds > 0,
                APIKeyRequest.lifetimes.contains(span.seconds)
            else { return nil }
            self.seconds = span.seconds
        }
    }

    var defaultValueDescription: String { self.seconds == 0 ? "never" : TimeSpan(seconds: self.seconds).text }
}
