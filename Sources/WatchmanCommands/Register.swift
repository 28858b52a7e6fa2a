public import ArgumentParser
import Foundation
public import WatchmanAgent
import WatchmanClient
import WatchmanCore
import WatchmanSystem

extension Watchman {
    struct Register: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Enrol this device with a server.",
            discussion: """
                Checks what is needed, proves the server's key against the token before anything secret is sent, makes a key pair, gets a \
                dedicated port, hands root's password over to the server, and installs the agent as a service. Interrupted at any step, \
                the same command finishes what was begun. With a token whose devices a person approves it waits for that.

                  $ echo TOKEN | sudo watchman register --server https://tower.example:8443
                """)

        @Option(help: ArgumentHelp("The server.", valueName: "url"))
        var server: String

        @Option(help: ArgumentHelp("File with the join token. Default: standard input.", valueName: "file"))
        var tokenFile: String?

        @Option(help: "What to call the device. Default: its host name.")
        var name: String?

        @Option(help: "Kind of key pair to make: ed25519 or rsa.")
        var keyType = KeyType.ed25519

        @Option(
            help: ArgumentHelp("A user besides root that admins can log in as; can be repeated.", valueName: "user"))
        var login: [String] = []

        @Option(
            help:
                "How the device's network is: wired, wifi, lte or satellite. The last two spare data. Default: wired; `agent profile` changes it."
        )
        var profile: NetworkProfile?

        @OptionGroup var proxy: ProxyOptions

        @Flag(help: "Leave root's password as it is; the server will not know it.")
        var keepRootPassword = false

        @Flag(help: "Do not check what this machine needs first.")
        var skipPrereqs = false

        @Flag(help: "If someone has to approve the device first, do not wait for that.")
        var noWait = false

        @OptionGroup var site: SiteOptions

        func run() async throws {
            let context = Context.live
            let server = try ServerURL(self.server)
            try self.name.map(DeviceName.check)
            try context.requireRoot("register")
            let proxy = try self.proxy.resolve(context)
            // Through a proxy the server's name need not even resolve here.
            if !self.skipPrereqs { try await Prereqs.require(context, server: proxy == nil ? server : nil) }
            var wishes = Enroller.Wishes(
                server: server, name: self.name, keyType: self.keyType, escrowsRootPassword: !self.keepRootPassword,
                waits: !self.noWait, logins: self.login, proxy: proxy)
            wishes.profile = self.profile
            let enroller = Enroller(site: self.site.site, processes: context.processes) {
                Terminal.say("watchman: \($0)")
            }
            let file = self.tokenFile
            let outcome = try await enroller.enrol(wishes) {
                try Credential(try Terminal.readSecret("join token", file: file), kind: .join)
            }
            try Self.tell(outcome)
        }

        private static func tell(_ outcome: Enroller.Outcome) throws {
            let enrolment = outcome.configuration.enrolment
            let name = "\(enrolment.name) (\(enrolment.deviceID))"
            if outcome.tunnelIsUp == false {
                throw WatchmanError(
                    .unavailable, "\(name) is registered, but its tunnel is not up yet", hint: "watchman agent status")
            }
            Terminal.data(outcome.wasComplete ? "already registered as \(name)" : "registered as \(name), tunnel up")
        }
    }
}

extension KeyType: ExpressibleByArgument {}
