import Foundation
import Hummingbird
import WatchmanCore
import WatchmanStore

/// How the fleet is doing: what needs someone comes first.
struct FleetPage: Sendable {
    private static let concernLimit = 6
    private static let eventLimit = 12
    let fleet: Fleet
    let templates: Templates

    var all: [Page] { [Page(.get, "/", .role(.viewer), self.show)] }

    private func show(_ visit: Visit) async throws -> Response {
        let store = self.fleet.store
        let view = FleetView(
            host: self.fleet.gateway.host ?? visit.host, port: self.fleet.gateway.port,
            states: try await store.fleetStates(), concerns: try await store.concerns(limit: Self.concernLimit),
            events: try await store.fleetEvents(limit: Self.eventLimit),
            samples: try await store.fleetSamples(after: TimeSlot.slot(visit.now) - FleetView.slots), visit)
        return try self.templates.page("fleet", view)
    }
}
