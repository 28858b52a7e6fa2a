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

    var all: [Page] { [Page(.get, "/", .scoped(.viewer), self.show)] }

    private func show(_ visit: Visit) async throws -> Response {
        let (store, scope) = (self.fleet.store, try visit.scope())
        let view = FleetView(
            host: self.fleet.gateway.host ?? visit.host, port: self.fleet.gateway.port,
            states: try await store.fleetStates(in: scope),
            concerns: try await store.concerns(limit: Self.concernLimit, in: scope),
            events: try await store.fleetEvents(limit: Self.eventLimit, in: scope),
            samples: try await store.fleetSamples(after: TimeSlot.slot(visit.now) - FleetView.slots, in: scope),
            applicants: try await store.applicantCount(in: scope), visit)
        return try self.templates.page("fleet", view)
    }
}
