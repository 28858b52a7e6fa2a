import ArgumentParser
import WatchmanClient
import WatchmanCore
import WatchmanSystem

extension Watchman {
    struct DevicesSSHConfig: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ssh-config", abstract: "Print an ssh_config for all devices, as NAME.wm.",
            discussion: """
                With it plain ssh, scp, sftp, rsync and Ansible reach every device. Certificates are fetched when they are needed.

                  $ watchman devices ssh-config > ~/.ssh/watchman.conf
                  $ scp -F ~/.ssh/watchman.conf file edge-1.wm:/tmp/
                """)

        @Option(help: "Login user on the devices.") var user = "root"
        @Option(help: ArgumentHelp("Your own key, as in connect.", valueName: "file")) var identity: String?
        @OptionGroup var server: ServerOptions

        func validate() throws {
            guard AccountName.isValid(self.user) else { throw ValidationError("--user is not a user's name") }
        }

        func run() async throws {
            let context = Context.live
            let identity = try await Identity.resolve(self.identity, context.processes)
            let devices = try await self.server.withClient(context) { try await $0.devices() }
            let credentials = CredentialFolder(context: context, user: self.user, identity: identity)
            let socket = (self.server.socket ?? context.environment["WATCHMAN_SOCKET"]).map { " --socket \($0)" } ?? ""
            let login = self.user == "root" ? "" : " --user \(self.user)"
            let key = Self.option(identity)
            for device in devices {
                Terminal.data(
                    try SSHConfiguration.standing(
                        device, folder: credentials.path(device.id),
                        connect: "\(Executables.current) connect\(socket)\(login)\(key)", user: self.user,
                        identity: identity.location))
            }
        }

        private static func option(_ identity: Identity) -> String {
            switch identity.location {
            case .own: ""
            case .agent: " --identity agent"
            case .file(let path): " --identity \(path)"
            }
        }
    }
}
