import ArgumentParser
import Foundation
import WatchmanClient
import WatchmanCore
import WatchmanSystem

extension Watchman {
    struct Connect: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Open a shell on a device, or run a command there.",
            discussion: """
                The server signs a certificate for a fresh key, good for minutes and for this device; the device's host keys are pinned. \
                watchman then becomes ssh, so terminal, signals and exit status are ssh's own.

                  $ watchman connect edge-1
                  $ watchman connect edge-1 -- systemctl status
                  $ watchman connect edge-1 -L 8080:localhost:80
                """)

        @OptionGroup var device: DeviceArgument
        @Option(
            name: .customShort("L"),
            help: ArgumentHelp("Forward a local port to the device, as in ssh.", valueName: "spec"))
        var localForward: [String] = []
        @Option(
            name: .customShort("R"),
            help: ArgumentHelp("Forward a port of the device to here, as in ssh.", valueName: "spec"))
        var remoteForward: [String] = []
        @Option(
            name: .customShort("D"),
            help: ArgumentHelp("Open a SOCKS proxy into the device's network, as in ssh.", valueName: "spec"))
        var dynamicForward: [String] = []
        @Option(help: "Login user on the device.") var user = "root"
        @Flag(help: "Break glass: enter by root's escrowed password, where certificates do not work.") var password =
            false
        @Option(help: "With --password: why, for the audit trail. Asked for if it is missing.") var reason: String?
        @Option(
            help: ArgumentHelp(
                "Certify your own key, such as a security token's: its file, or `agent` for the first one of ssh-agent.",
                valueName: "file"))
        var identity: String?
        @Flag(help: "Carry the device's SSH port on standard input and output, for ProxyCommand.") var stdio = false
        @Flag(help: .hidden) var prepare = false
        @OptionGroup var server: ServerOptions
        @Argument(parsing: .postTerminator, help: "Command to run, after `--`.") var command: [String] = []

        func validate() throws {
            guard AccountName.isValid(self.user) else { throw ValidationError("--user is not a user's name") }
            guard self.password else {
                if self.reason != nil { throw ValidationError("--reason goes with --password") }
                return
            }
            if self.user != "root" { throw ValidationError("--password is root's: it takes no --user") }
            if self.stdio || self.prepare {
                throw ValidationError("--password goes with neither --stdio nor --prepare")
            }
        }

        func run() async throws {
            let context = Context.live
            let (address, apiKey) = try self.server.resolve(context)
            let folder = CredentialFolder(
                context: context, user: self.user,
                identity: try await Identity.resolve(self.identity, context.processes))
            let reason = self.password ? try Reason.given(self.reason) : nil
            let (grant, configuration) = try await self.credentials(address, apiKey, folder, context)
            if self.prepare { return }
            if self.password, let warning = grant.warning {
                // Both machines have the pinned host keys: ssh would tell the password to either.
                throw WatchmanError(
                    .conflict, "root's password is sent to no duplicate: \(OutsideText.clean(warning, limit: 300))",
                    hint: "watchman devices show \(grant.name)")
            }
            if let warning = grant.warning {
                Terminal.say("watchman: warning: \(OutsideText.clean(warning, limit: 300))")
            }
            if grant.state == .degraded, let reason = grant.reason {
                // It may answer by now, and only ssh can tell.
                Terminal.say("watchman: warning: \(OutsideText.clean(reason, limit: 300))")
            }
            guard grant.state == .online || grant.state == .degraded else {
                throw WatchmanError(
                    .unavailable, "\(grant.name) is offline: \(grant.reason ?? "no reason known")",
                    hint: "watchman devices show \(grant.name)")
            }
            if let reason { try await self.becomeByPassword(grant, reason, context) }
            if self.stdio { return try await Self.carry(grant, address, configuration) }
            try Execution.become(.ssh(self.arguments(configuration, grant)))
        }

        /// What ssh needs to enter: from the server or, while that does not answer, what it granted some minutes ago.
        private func credentials(
            _ address: ServerAddress, _ apiKey: Secret?, _ folder: CredentialFolder, _ context: Context
        ) async throws -> (grant: ConnectGrant, configuration: String) {
            do {
                let grant = try await self.grant(address, apiKey, folder)
                let hop = try Self.hop(grant, address, apiKey, folder, context)
                let configuration = try folder.store(grant, gateway: hop)
                try folder.keep(grant, from: address.shown)
                return (grant, configuration)
            } catch let error as WatchmanError where Unreachable.isCause(of: error) && !self.password {
                guard let kept = folder.kept(self.device.device, from: address.shown, now: Date()) else { throw error }
                Terminal.say("watchman: warning: \(error.message): going in by a certificate that is still good")
                return kept
            }
        }

        /// Asks to be let in. The key is kept by device id, which a name or prefix becomes only with the server's help.
        private func grant(_ address: ServerAddress, _ apiKey: Secret?, _ folder: CredentialFolder) async throws
            -> ConnectGrant
        {
            let (path, user) = (try self.device.path(), self.user)
            return try await APIClient.with(address, apiKey: apiKey) { client in
                let detail: DeviceDetail = try await client.get(path)
                let key = try folder.publicKey(detail.summary.id)
                return try await client.post(
                    "/api/v1/devices/\(detail.summary.id)/connect", ConnectRequest(publicKey: key, user: user))
            }
        }

        /// Where the gateway is, or nil if this machine is the gateway, so that there is no hop on the way.
        static func gatewayHost(_ grant: ConnectGrant, _ address: ServerAddress) -> String? {
            switch address {
            case .socket: nil
            case .remote(let url, _): grant.gatewayHost ?? url.host
            }
        }

        func arguments(_ configuration: String, _ grant: ConnectGrant) -> [String] {
            let forwards = [("-L", self.localForward), ("-R", self.remoteForward), ("-D", self.dynamicForward)]
            return ["-F", configuration, "-l", self.user]
                + forwards.flatMap { flag, specs in specs.flatMap { [flag, $0] } }
                + ["--", SSHConfiguration.alias(grant.name)] + self.command
        }

        private static func carry(_ grant: ConnectGrant, _ address: ServerAddress, _ configuration: String) async throws
        {
            guard case .socket = address else {
                try Execution.become(
                    .ssh(["-F", configuration, "-W", "127.0.0.1:\(grant.port)", "--", KnownHosts.gatewayAlias]))
            }
            try Relay.standardStreams(port: grant.port)
        }
    }
}
