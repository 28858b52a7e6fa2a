public import ArgumentParser
import Foundation
import WatchmanClient
public import WatchmanCore

extension Watchman {
    struct DevicesList: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List devices.")

        /// What rows are ordered by.
        enum Order: String, ExpressibleByArgument, CaseIterable {
            case id, name, state, port
            case lastSeen = "last-seen"
        }

        @Option(help: "Only devices whose id, name or tags contain this.")
        var search: String?

        @Option(help: "Only devices in this state: online or offline.")
        var state: DeviceState?

        @Option(help: "Only devices with this tag.")
        var tag: String?

        @Option(help: "Order: id, name, state, port or last-seen.")
        var sort = Order.name

        @Flag(name: .shortAndLong, help: "Print ids only.")
        var quiet = false

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let list: DeviceList = try await self.server.withClient(.live) { try await $0.get("/api/v1/devices") }
            let rows = self.select(list.devices)
            if self.quiet { return rows.forEach { Terminal.data($0.id) } }
            try self.output.print(DeviceList(devices: rows)) { Self.table(rows) }
        }

        func select(_ devices: [DeviceSummary]) -> [DeviceSummary] {
            let found = devices.filter { device in
                (self.state == nil || device.state == self.state) && self.tag.map(device.tags.contains) ?? true
                    && self.search.map { text in
                        ([device.id, device.name] + device.tags).contains { $0.contains(text) }
                    } ?? true
            }
            return found.sorted { Self.precedes($0, $1, self.sort) }
        }

        /// Names break ties, so that the order is always the same.
        private static func precedes(_ one: DeviceSummary, _ other: DeviceSummary, _ order: Order) -> Bool {
            switch order {
            case .id: one.id < other.id
            case .name: one.name < other.name
            case .state: (one.state.rawValue, one.name) < (other.state.rawValue, other.name)
            case .port: (one.gateway, one.port) < (other.gateway, other.port)
            case .lastSeen:
                (other.lastSeen ?? .distantPast, one.name) < (one.lastSeen ?? .distantPast, other.name)
            }
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
