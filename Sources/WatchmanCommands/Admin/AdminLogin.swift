import ArgumentParser
import Foundation
import WatchmanClient
import WatchmanCore
import WatchmanSystem

extension Watchman {
    struct AdminLogin: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "login", abstract: "Remember a server and an API key for it.",
            discussion: """
                The key is read from standard input or a file, or a person approves a new one in the browser. It names the server's key, so \
                an impostor is found out before anything is sent; in the browser's way the pin does so.

                  $ watchman admin login --server https://tower.example:8443 --key-file key
                  $ watchman admin login --server https://tower.example:8443 --browser --pin PIN
                """)

        @Option(help: ArgumentHelp("The server.", valueName: "url")) var server: String
        @Option(help: ArgumentHelp("File with the API key. Default: standard input.", valueName: "file")) var keyFile:
            String?
        @Flag(help: "Have a person approve a key in the browser; it ends by itself.") var browser = false
        @Flag(name: .customLong("no-browser"), help: "The same, but only print the page's address.") var printsAddress =
            false
        @Option(help: ArgumentHelp("What `admin pin` says on the server. Default: ask whether it is right.")) var pin:
            String?

        private var isApproved: Bool { self.browser || self.printsAddress }

        func validate() throws {
            if self.isApproved && self.keyFile != nil { throw ValidationError("--browser takes no --key-file") }
            if self.pin != nil && !self.isApproved { throw ValidationError("--pin goes with --browser") }
        }

        func run() async throws {
            let context = Context.live
            let url = try ServerURL(self.server)
            let login = try await self.isApproved ? self.approved(url, context) : self.given(url)
            let count = try await APIClient.with(
                .remote(login.server, authority: login.authority), apiKey: login.key
            ) { try await $0.devices().count }
            try login.write(context)
            Terminal.data("logged in to \(url.text): \(count) device\(count == 1 ? "" : "s")")
            if let end = login.expiresAt { Terminal.say("watchman: the login ends \(Moment.exact(end))") }
        }

        private func given(_ url: ServerURL) async throws -> Login {
            let key = try Credential(try Terminal.readSecret("API key", file: self.keyFile), kind: .apiKey)
            return Login(server: url, authority: try await Self.authority(url, key.pin), key: key.text)
        }

        private func approved(_ url: ServerURL, _ context: Context) async throws -> Login {
            let authority = try await Self.authority(url, try await self.comparedPin(url))
            let login = BrowserLogin(server: url, machine: HostFacts.hostname)
            let new = try await login.key(authority: authority) { address, port in
                Terminal.say("watchman: approve the login at \(address)")
                if self.printsAddress {
                    Terminal.say(
                        "watchman: a browser on another machine needs: ssh -L \(port):127.0.0.1:\(port) THIS-MACHINE")
                } else {
                    await Self.openBrowser(address, context)
                }
            }
            return Login(
                server: url, authority: authority, key: new.key, expiresAt: new.summary.expiresAt, isApproved: true)
        }

        private static func authority(_ url: ServerURL, _ pin: String) async throws -> String {
            guard case .remote(_, let authority) = try await ServerTrust.establish(url, pin: pin).address else {
                throw WatchmanError(.internal, "\(url.text) is no remote server")
            }
            return authority
        }

        /// Nobody is trusted unseen: without a pin a person has to compare the one that the server shows.
        private func comparedPin(_ url: ServerURL) async throws -> String {
            if let pin = self.pin { return pin }
            guard Terminal.isInteractive else {
                throw WatchmanError(
                    .invalid, "nobody can be asked whether this is the right server: add --pin PIN",
                    hint: "sudo watchman admin pin")
            }
            let pin = try await ServerTrust.pin(url)
            Terminal.say("watchman: \(url.text) shows the pin \(pin)")
            Terminal.say("watchman: on the server, `sudo watchman admin pin` must say the same")
            guard Terminal.ask("Is it the same? Type yes to go on: ") == "yes" else {
                throw WatchmanError(.invalid, "not confirmed: nothing was done")
            }
            return pin
        }

        private static func openBrowser(_ address: String, _ context: Context) async {
            let hasScreen = ["DISPLAY", "WAYLAND_DISPLAY"].contains { context.environment[$0]?.isEmpty == false }
            guard hasScreen else { return }
            // Where there is none, the person has the address.
            _ = try? await context.processes.transcript(
                of: Command("xdg-open", [address]), within: .seconds(10), keeping: 0)
        }
    }

    struct AdminLogout: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "logout", abstract: "Forget the server of `admin login`, and end the key that it made.")

        func run() async throws {
            let context = Context.live
            guard let login = try Login.read(context) else {
                Terminal.data("not logged in")
                return
            }
            let isRevoked = try await Self.revoke(login)
            try Login.remove(context)
            Terminal.data("logged out of \(login.server.text)")
            if !isRevoked {
                Terminal.say(
                    "watchman: the API key itself goes on, it may be in use elsewhere: watchman admin keys revoke")
            }
        }

        /// A key that has ended already is no reason to keep the file.
        private static func revoke(_ login: Login) async throws -> Bool {
            guard login.isApproved ?? false else { return false }
            do {
                return try await APIClient.with(.remote(login.server, authority: login.authority), apiKey: login.key) {
                    let answer: LogoutAnswer = try await $0.delete("/api/v1/login")
                    return answer.isRevoked
                }
            } catch let error as WatchmanError where error.code == .unauthenticated {
                return true
            }
        }
    }

    struct AdminPin: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pin", abstract: "Print the server's pin, by which others know it.")

        @OptionGroup var server: ServerOptions

        func run() async throws {
            let pin = try await self.server.withClient(.live) { client in
                let identity: ServerIdentity = try await client.get("/api/v1/identity")
                return try ServerTrust.pin(ofAuthority: identity.certificateAuthority)
            }
            Terminal.data(pin)
        }
    }
}
