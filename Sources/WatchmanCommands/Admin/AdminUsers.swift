import ArgumentParser
import Foundation
import WatchmanClient
import WatchmanCore

extension Watchman {
    struct AdminUsers: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "users", abstract: "People who may sign in to the dashboard.",
            discussion: """
                There is no first password: a new person gets a link that works once, and chooses one there.

                  $ sudo watchman admin users add alice --role admin --reveal
                  $ sudo watchman admin users add bob --role operator --scope site=berlin
                """,
            subcommands: [
                UsersList.self, UsersAdd.self, UsersChange.self, UsersRole.self, UsersReset.self, UsersSignOut.self,
                UsersRemove.self,
            ], defaultSubcommand: UsersList.self)
    }

    struct UsersList: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List people.")

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let list: UserList = try await self.server.withClient(.live) { try await $0.get("/api/v1/users") }
            try self.output.print(list) {
                Table(
                    header: [
                        "NAME", "ROLE", "REVEAL", "STATE", "CODE", "SESSIONS", "LAST SIGN-IN", "ADDED", "SCOPE",
                    ],
                    rows: list.users.map {
                        [
                            $0.name, $0.role.rawValue, Self.yesNo($0.mayReveal), $0.state.rawValue,
                            $0.provider == nil ? Self.yesNo($0.hasSecondFactor) : "sso", "\($0.sessions)",
                            Moment.ago($0.lastSignInAt),
                            Moment.exact($0.createdAt), $0.scope ?? "all",
                        ]
                    }
                ).lines
            }
        }

        private static func yesNo(_ value: Bool) -> String { value ? "yes" : "no" }
    }

    struct UsersAdd: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Let a person in. The link is shown this once.")

        @Argument(help: "The name to sign in with.") var name: String
        @Option(help: "What they may do: viewer, operator or admin.") var role = Role.viewer
        @Flag(help: "They may see root passwords; no role includes it.") var reveal = false
        @Option(help: "The only devices that exist for them, such as site=berlin.") var scope = "all"
        @Flag(help: "They sign in at the provider of the server's [oidc] table: no link, no password.") var sso = false
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try UserName.check(self.name)
            _ = try DeviceSelector.scope(self.scope)
            let request = UserRequest(name: self.name, role: self.role, mayReveal: self.reveal, scope: self.scope)
            if self.sso { return try await self.addAtProvider(request) }
            let link: SignInLink = try await self.server.withClient(.live) {
                try await $0.post("/api/v1/users", request)
            }
            try self.output.print(link)
        }

        private func addAtProvider(_ request: UserRequest) async throws {
            let row: UserSummary = try await self.server.withClient(.live) {
                try await $0.post("/api/v1/provider-users", request)
            }
            try self.output.print(row) { ["\(row.name) signs in at \(row.provider ?? "the provider")"] }
        }
    }

    struct UsersChange: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "change", abstract: "Give a person other rights. They have to sign in again.")

        @OptionGroup var user: UserArgument
        @Option(help: "What they may do: viewer, operator or admin.") var role: Role?
        @Flag(inversion: .prefixedNo, help: "Whether they may see root passwords.") var reveal: Bool?
        @Option(help: "The only devices that exist for them, such as site=berlin, or all.") var scope: String?
        @OptionGroup var server: ServerOptions

        func validate() throws {
            if self.role == nil && self.reveal == nil && self.scope == nil {
                throw ValidationError("say what to change: --role, --reveal, --no-reveal or --scope")
            }
        }

        func run() async throws {
            _ = try DeviceSelector.scope(self.scope)
            let change = UserChange(role: self.role, mayReveal: self.reveal, scope: self.scope)
            let path = try self.user.path()
            let row: UserSummary = try await self.server.withClient(.live) { try await $0.patch(path, change) }
            let reveal = row.mayReveal ? " and may reveal root passwords" : ""
            Terminal.data("\(row.name) is now \(row.role.rawValue) of \(row.scope ?? "all devices")\(reveal)")
        }
    }

    struct UsersRole: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "role", abstract: "Give a person another role. They have to sign in again.")

        @OptionGroup var user: UserArgument
        @Argument(help: "viewer, operator or admin.") var role: Role
        @OptionGroup var server: ServerOptions

        func run() async throws {
            let (path, change) = (try self.user.path(), UserChange(role: self.role))
            let row: UserSummary = try await self.server.withClient(.live) { try await $0.patch(path, change) }
            Terminal.data("\(row.name) is now \(row.role.rawValue)")
        }
    }

    struct UsersReset: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reset",
            abstract: "Take a person's password, one-time codes, API keys and sessions away and make a new link.")

        @OptionGroup var user: UserArgument
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let path = try self.user.path("/reset")
            let link: SignInLink = try await self.server.withClient(.live) {
                try await $0.post(path, Acknowledgement())
            }
            try self.output.print(link)
        }
    }

    struct UsersSignOut: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "sign-out", abstract: "End all sessions of a person.")

        @OptionGroup var user: UserArgument
        @OptionGroup var server: ServerOptions

        func run() async throws {
            let path = try self.user.path("/sign-out")
            let row: UserSummary = try await self.server.withClient(.live) {
                try await $0.post(path, Acknowledgement())
            }
            Terminal.data("\(row.name) is signed out")
        }
    }

    struct UsersRemove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Forget a person; their sessions and API keys end at once.")

        @OptionGroup var user: UserArgument
        @OptionGroup var server: ServerOptions

        func run() async throws {
            let path = try self.user.path()
            let row: UserSummary = try await self.server.withClient(.live) { try await $0.delete(path) }
            Terminal.data("removed \(row.name)")
        }
    }
}

/// The person that a command is about.
struct UserArgument: ParsableArguments {
    @Argument(help: "Name of the person.")
    var name: String

    /// The part of an API path that names them. What cannot be a name goes no further.
    func path(_ rest: String = "") throws -> String {
        guard UserName.isValid(self.name) else {
            throw WatchmanError(
                .notFound, "no user '\(OutsideText.clean(self.name, limit: 32))'", hint: "watchman admin users list")
        }
        return "/api/v1/users/\(self.name)\(rest)"
    }
}

extension OutputOptions {
    /// Prints a sign-in link: the address is data, what to do with it is talk.
    fileprivate func print(_ link: SignInLink) throws {
        try self.print(link) { ["\(link.server)\(link.path.revealed)"] }
        let end = Moment.exact(link.expiresAt)
        Terminal.say("watchman: \(link.user.name) (\(link.user.role.rawValue)) chooses a password there; ends \(end)")
        Terminal.say("watchman: the browser asks about the certificate; its SHA-256 fingerprint is \(link.fingerprint)")
    }
}
