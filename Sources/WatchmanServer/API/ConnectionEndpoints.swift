import Foundation
import HTTPTypes
import WatchmanCore
import WatchmanStore

/// Admins' connections through the gateway.
struct ConnectionEndpoints: Sendable {
    let fleet: Fleet

    var all: [Endpoint] {
        [
            Endpoint(.get, "/api/v1/connections", .role(.admin), "List who is on a device", self.list),
            Endpoint(.delete, "/api/v1/connections/:connection", .role(.admin), "End a connection", self.end),
        ]
    }

    private func list(_ call: Call) async throws -> ConnectionList {
        ConnectionList(connections: try await self.fleet.store.connections())
    }

    private func end(_ call: Call) async throws -> ConnectionSummary {
        let text = try call.parameter("connection")
        guard let id = Int64(text) else {
            throw WatchmanError(
                .notFound, "no open connection \(OutsideText.clean(text, limit: 20))",
                hint: "watchman admin connections")
        }
        return try await self.fleet.entrances.end(id, actor: try call.actor(), now: call.now)
    }
}
