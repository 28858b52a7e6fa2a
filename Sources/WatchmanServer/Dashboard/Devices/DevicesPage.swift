import Hummingbird
import WatchmanCore
import WatchmanStore

/// The list of devices.
struct DevicesPage: Sendable {
    private static let rows = 50
    private static let tags = 100
    let fleet: Fleet
    let templates: Templates

    var all: [Page] { [Page(.get, "/devices", .scoped(.viewer), self.show)] }

    private func show(_ visit: Visit) async throws -> Response {
        var query = try DeviceQuery { visit.asked($0) }
        query.limit = Self.rows
        let scope = try visit.scope()
        let view = DevicesView(
            try await self.fleet.devices(query, in: scope, now: visit.now), query,
            total: try await self.fleet.store.fleetStates(in: scope).total,
            tags: try await self.fleet.store.tags(limit: Self.tags, in: scope),
            visit)
        return try self.templates.page("devices", view)
    }
}
