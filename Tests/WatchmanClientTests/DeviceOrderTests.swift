import Foundation
import Testing
import WatchmanCore

@testable import WatchmanClient

@Suite struct DeviceOrderTests {
    private static let now = Date(timeIntervalSince1970: 1_790_000_000)
    private static let devices = [
        device("attic", .offline, now - 7200), device("tower", .online, now - 5), device("cellar", .offline, nil),
        device("barn", .online, now - 5),
    ]

    private static func device(_ name: String, _ state: DeviceState, _ lastSeen: Date?) -> DeviceSummary {
        DeviceSummary(
            id: name, name: name, state: state, reason: nil, gateway: "main", port: 20000, lastSeen: lastSeen,
            agentVersion: "0.1.0", tags: [])
    }

    private static func names(_ query: DeviceQuery) -> [String] {
        APIClient.sorted(self.devices, query).map(\.name)
    }

    @Test func `orders that follow a device's state put rows as the server would`() {
        #expect(Self.names(DeviceQuery(sort: .state)) == ["attic", "cellar", "barn", "tower"])
        #expect(Self.names(DeviceQuery(sort: .state, isReversed: true)) == ["tower", "barn", "cellar", "attic"])
        #expect(Self.names(DeviceQuery(sort: .lastSeen)) == ["barn", "tower", "attic", "cellar"])
        #expect(Self.names(DeviceQuery(sort: .lastSeen, isReversed: true)) == ["cellar", "attic", "tower", "barn"])
    }
}
