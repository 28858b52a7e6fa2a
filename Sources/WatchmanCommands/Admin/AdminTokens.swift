import ArgumentParser
import Foundation
import WatchmanClient
import WatchmanCore

extension Watchman {
    struct AdminTokens: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "tokens", abstract: "Join tokens: what lets a device enrol.",
            subcommands: [TokensCreate.self, TokensList.self, TokensRevoke.self], defaultSubcommand: TokensList.self)
    }

    struct TokensCreate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Make a join token. Its secret is shown this once.")

        @Option(help: "How long it can be used: a number with s, m, h or d, from 1m to 366d.") var ttl = Lifetime(
            seconds: 3600)
        @Option(help: "How many devices it can enrol.") var uses = 1
        @Option(help: "A tag for every device that enrols with it; can be repeated.") var tag: [String] = []
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let request = JoinTokenRequest(lifetime: self.ttl.seconds, uses: self.uses, tags: self.tag)
            let new: NewJoinToken = try await self.server.withClient(.live) {
                try await $0.post("/api/v1/tokens", request)
            }
            try self.output.print(new) { [new.token.revealed] }
            Terminal.say(
                "watchman: ends \(Moment.exact(new.summary.expiresAt)), for \(self.uses) device\(self.uses == 1 ? "" : "s")"
            )
        }
    }

    struct TokensList: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List join tokens.")

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let list: JoinTokenList = try await self.server.withClient(.live) { try await $0.get("/api/v1/tokens") }
            try self.output.print(list) {
                Table(
                    header: ["ID", "STATE", "USES", "EXPIRES", "TAGS"],
                    rows: list.tokens.map {
                        [
                            $0.id, $0.state.rawValue, "\($0.uses)/\($0.maxUses)", Moment.exact($0.expiresAt),
                            $0.tags.joined(separator: ","),
                        ]
                    }
                ).lines
            }
        }
    }

    struct TokensRevoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "revoke", abstract: "Withdraw a join token.")

        @Argument(help: "Id of the token.") var id: String
        @OptionGroup var server: ServerOptions

        func run() async throws {
            let id = try PublicID.checked(self.id, what: "join token")
            let row: JoinTokenSummary = try await self.server.withClient(.live) {
                try await $0.delete("/api/v1/tokens/\(id)")
            }
            Terminal.data("\(row.id) is \(row.state.rawValue)")
        }
    }
}

/// The public part of a credential.
enum PublicID {
    /// The text if it can be one; then it is safe in a URL.
    ///
    /// - Throws: `WatchmanError` (`notFound`).
    static func checked(_ text: String, what: String) throws -> String {
        guard DeviceName.isValid(text) else {
            throw WatchmanError(.notFound, "no \(what) '\(OutsideText.clean(text, limit: 20))'")
        }
        return text
    }
}

/// A span of time as people type it.
struct Lifetime: ExpressibleByArgument {
    let seconds: Int

    init(seconds: Int) { self.seconds = seconds }

    init?(argument: String) {
        guard let span = TimeSpan(argument: argument), JoinTokenRequest.lifetimes.contains(span.seconds) else {
            return nil
        }
        self.seconds = span.seconds
    }

    var defaultValueDescription: String { self.seconds % 3600 == 0 ? "\(self.seconds / 3600)h" : "\(self.seconds)s" }
}
