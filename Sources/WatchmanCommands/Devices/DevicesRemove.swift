import ArgumentParser
import WatchmanClient
import WatchmanCore

extension Watchman {
    struct DevicesRemove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Forget a device: end its tunnel, refuse its key, rest its port.",
            discussion: "The escrowed root password goes with it: reveal it first if the machine lives on.")

        @OptionGroup var device: DeviceArgument
        @Flag(help: "Do not ask.") var yes = false
        @OptionGroup var server: ServerOptions

        func run() async throws {
            let path = try self.device.path()
            let detail: DeviceDetail = try await self.server.withClient(.live) { try await $0.get(path) }
            let row = detail.summary
            try Confirmation.ask(
                "This ends access to \(row.name) (\(row.id)) and deletes its escrowed root password.",
                expecting: row.name,
                yes: self.yes)
            // By id: what was confirmed is what goes, whatever the names are by now.
            let _: DeviceSummary = try await self.server.withClient(.live) {
                try await $0.delete("/api/v1/devices/\(row.id)")
            }
            Terminal.data("removed \(row.name) (\(row.id))")
        }
    }
}
