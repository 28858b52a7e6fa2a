public import ArgumentParser
import Foundation
import WatchmanClient
public import WatchmanCore

extension Watchman {
    struct AdminTokens: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "tokens", abstract: "Join tokens: what lets a device enrol.",
            subcommands: [TokensCreate.self, TokensList.self, TokensRevoke.self], defaultSubcommand: TokensList.self)
    }

    struct TokensCreate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Make a join token. Its secret is shown this once.",
            discussion: """
                The token goes to standard output; how to use it, to standard error.

                  $ watchman admin tokens create --ttl 8h --uses 20 --tag site=berlin --from 192.0.2.0/24
                  $ watchman admin tokens create --approve manual
                """)

        @Option(help: "How long it can be used: a number with s, m, h or d, from 1m to 366d.") var ttl = Lifetime(
            seconds: 3600)
        @Option(help: "How many devices it can enrol.") var uses = 1
        @Option(help: "A tag for every device that enrols with it; can be repeated.") var tag: [String] = []
        @Option(help: "Whether devices are let in at once, or each by `devices approve`: auto or manual.")
        var approve = Approval.auto
        @Option(
            help: ArgumentHelp(
                "Addresses that it can be used from, such as 192.0.2.0/24; can be repeated. Default: any.",
                valueName: "cidr"))
        var from: [String] = []
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let request = JoinTokenRequest(
                lifetime: self.ttl.seconds, uses: self.uses, tags: self.tag, approval: self.approve,
                sources: try self.from.map(CIDR.init))
            let new: NewJoinToken = try await self.server.withClient(.live) {
                try await $0.post("/api/v1/tokens", request)
            }
            try self.output.print(new) { [new.token.revealed] }
            Self.talk(new, isSeen: Terminal.showsData).forEach(Terminal.say)
        }

        /// What is said beside the token, which is only repeated to someone who sees it anyway.
        static func talk(_ new: NewJoinToken, isSeen: Bool) -> [String] {
            let (uses, isManual) = (new.summary.maxUses, new.summary.approval == .manual)
            return [
                "watchman: ends \(Moment.exact(new.summary.expiresAt)), for \(uses) device\(uses == 1 ? "" : "s")"
                    + (isManual ? ", each approved by `watchman devices approve`" : ""),
                "watchman: on the device: "
                    + EnrolmentLine.text(
                        token: isSeen ? new.token.revealed : "TOKEN", server: new.server, keyPin: new.keyPin),
            ]
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
                    header: ["ID", "STATE", "USES", "EXPIRES", "APPROVE", "FROM", "TAGS"],
                    rows: list.tokens.map {
                        [
                            $0.id, $0.state.rawValue, "\($0.uses)/\($0.maxUses)", Moment.exact($0.expiresAt),
                            $0.approval.rawValue,
                            $0.sources.isEmpty ? "any" : $0.sources.map(\.text).joined(separator: ","),
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

extension Approval: ExpressibleByArgument {}

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
