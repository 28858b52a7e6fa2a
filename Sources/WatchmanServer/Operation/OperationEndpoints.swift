import Foundation
import HTTPTypes
import WatchmanCore

/// What load balancers and monitoring ask. The addresses are the ones that such programs expect, outside the API's versions.
struct OperationEndpoints: Sendable {
    let fleet: Fleet
    let instruments: Instruments

    var all: [Endpoint] {
        [
            Endpoint(.get, "/healthz", .anyone, "Tell that the server lives", self.live),
            Endpoint(.get, "/readyz", .anyone, "Tell whether the server can do its work", self.ready),
            Endpoint(.get, "/metrics", .role(.viewer), "Tell figures to Prometheus", self.metrics),
        ]
    }

    private func live(_ call: Call) async throws -> Liveness { Liveness() }

    private func ready(_ call: Call) async throws -> ReadinessReport { await self.instruments.readiness.report() }

    private func metrics(_ call: Call) async throws -> MetricsText {
        MetricsText(families: try await self.instruments.families(self.fleet))
    }
}
