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

        @OptionGroup var server: ServerOptions

        func run() async throws {
            let context = Context.live
            let devices = try await self.server.withClient(context) { try await $0.devices() }
            let credentials = CredentialFolder(context: context)
            let socket = (self.server.socket ?? context.environment["WATCHMAN_SOCKET"]).map { " --socket \($0)" } ?? ""
            for device in devices {
                Terminal.data(
                    try SSHConfiguration.standing(
                        device, folder: credentials.path(device.id), connect: "\(Executables.current) connect\(socket)")
                )
            }
        }
    }
}
