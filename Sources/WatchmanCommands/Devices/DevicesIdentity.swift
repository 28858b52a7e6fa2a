import ArgumentParser
import WatchmanClient
import WatchmanCore

extension Watchman {
    struct DevicesChoose: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "choose", abstract: "Say which of two machines with one key is the device.",
            discussion: """
                A copied card makes two machines of one device: its state is then duplicate, and `devices show` lists both. The one you choose \
                makes a new key at its next check-in, the other is out, and can register as a device of its own.

                  $ watchman devices show edge-1
                  $ watchman devices choose edge-1 3f2a
                """)

        @OptionGroup var device: DeviceArgument
        @Argument(help: "The machine: its boot, as `devices show` prints it, or the beginning of it.")
        var instance: String
        @OptionGroup var server: ServerOptions

        func run() async throws {
            let path = try self.device.path("/choose")
            let row: DeviceSummary = try await self.server.withClient(.live) {
                try await $0.post(path, InstanceChoice(instance: self.instance))
            }
            Terminal.data("\(row.name) is \(self.instance): it makes a new key at its next check-in")
        }
    }

    struct DevicesAcceptHostKeys: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "accept-host-keys", abstract: "Pin the host keys that a device has now.",
            discussion: """
                A device whose sshd shows other host keys than those that are pinned is closed. Compare what is printed with what the device \
                itself says: `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`.
                """)

        @OptionGroup var device: DeviceArgument
        @Flag(help: "Do not ask.") var yes = false
        @OptionGroup var server: ServerOptions

        func run() async throws {
            let path = try self.device.path()
            let detail: DeviceDetail = try await self.server.withClient(.live) { try await $0.get(path) }
            let name = detail.summary.name
            guard let keys = detail.reportedHostKeys else {
                throw WatchmanError(.conflict, "the host keys of \(name) are those that are pinned")
            }
            for (when, keys) in [("before", detail.hostKeys), ("now", keys)] {
                for key in keys { Terminal.say("\(when):  \(key.fingerprint) (\(key.type))") }
            }
            try Confirmation.ask("Sessions to \(name) will trust the keys of now.", expecting: name, yes: self.yes)
            let _: DeviceSummary = try await self.server.withClient(.live) {
                try await $0.post(
                    "/api/v1/devices/\(detail.summary.id)/accept-host-keys", HostKeyAcceptance(hostKeys: keys))
            }
            Terminal.data("\(name) has \(keys.count) new host key\(keys.count == 1 ? "" : "s")")
        }
    }
}
