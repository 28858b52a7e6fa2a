import ArgumentParser
import WatchmanClient
import WatchmanCore

extension Watchman {
    struct DevicesRename: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "rename", abstract: "Give a device another name.")

        @OptionGroup var device: DeviceArgument
        @Argument(help: "The new name.") var name: String
        @OptionGroup var server: ServerOptions

        func run() async throws {
            try DeviceName.check(self.name)
            let row = try await self.server.change(try self.device.path(), DeviceChange(name: self.name))
            Terminal.data("\(row.id) is now \(row.name)")
        }
    }

    struct DevicesTag: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "tag", abstract: "Add and remove tags of a device.")

        @OptionGroup var device: DeviceArgument
        @Argument(help: "Tags to add: NAME or NAME=VALUE.") var add: [String] = []
        @Option(help: "A tag to take away; can be repeated.") var remove: [String] = []
        @OptionGroup var server: ServerOptions

        func validate() throws {
            if self.add.isEmpty && self.remove.isEmpty { throw ValidationError("name a tag to add or to --remove") }
        }

        func run() async throws {
            let change = DeviceChange(addTags: self.add, removeTags: self.remove)
            let row = try await self.server.change(try self.device.path(), change)
            Terminal.data("\(row.name): \(row.tags.isEmpty ? "no tags" : row.tags.joined(separator: ", "))")
        }
    }
}

extension ServerOptions {
    fileprivate func change(_ path: String, _ change: DeviceChange) async throws -> DeviceSummary {
        try await self.withClient(.live) { try await $0.patch(path, change) }
    }
}
