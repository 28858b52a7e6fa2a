public import ArgumentParser
import Foundation
import WatchmanClient
public import WatchmanCore

extension Watchman {
    struct DevicesList: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List devices.")

        @Option(help: "Only devices whose id, name, host name or tags contain this.")
        var search: String?

        @Option(help: "Only devices in this state: online, offline, duplicate or hostkey-changed.")
        var state: DeviceState?

        @Option(help: "Only devices with this tag.")
        var tag: String?

        @Option(help: "Order: id, name, state, port or last-seen.")
        var sort = DeviceQuery.Order.name

        @Flag(help: "Turn the order round.")
        var reverse = false

        @Flag(name: .shortAndLong, help: "Print ids only.")
        var quiet = false

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let rows = try await self.server.withClient(.live) { try await $0.devices(self.query) }
            if self.quiet { return rows.forEach { Terminal.data($0.id) } }
            try self.output.print(DeviceList(devices: rows)) { Self.table(rows) }
        }

        var query: DeviceQuery {
            DeviceQuery(
                search: self.search, state: self.state, tag: self.tag, sort: self.sort, isReversed: self.reverse)
        }

        static func table(_ rows: [DeviceSummary], now: Date = Date()) -> [String] {
            Table(
                header: ["ID", "NAME", "STATE", "GATEWAY", "LAST SEEN", "VERSION", "TAGS"],
                rows: rows.map {
                    [
                        $0.id, $0.name, $0.state.rawValue, "\($0.gateway):\($0.port)",
                        Moment.ago($0.lastSeen, now: now),
                        $0.agentVersion, $0.tags.joined(separator: ","),
                    ]
                }
            ).lines
        }
    }
}

extension DeviceState: ExpressibleByArgument {}
extension DeviceQuery.Order: ExpressibleByArgument {}
