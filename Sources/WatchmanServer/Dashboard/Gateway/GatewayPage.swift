import Hummingbird
import WatchmanCore
import WatchmanGateway
import WatchmanStore

/// How the gateway is doing.
struct GatewayPage: Sendable {
    let fleet: Fleet
    let settings: GatewaySettings
    let meter: SSHDMeter
    let templates: Templates

    init(fleet: Fleet, settings: GatewaySettings, templates: Templates) {
        self.fleet = fleet
        self.settings = settings
        self.meter = SSHDMeter(settings: settings)
        self.templates = templates
    }

    var all: [Page] { [Page(.get, "/gateway", .role(.viewer), self.show)] }

    private func show(_ visit: Visit) async throws -> Response {
        let (leased, resting) = try await self.fleet.store.portUse(gateway: self.fleet.gateway.id)
        let connections = visit.may(.role(.admin)) ? try await self.fleet.store.connections() : nil
        let view = GatewayView(
            self.settings, gateway: self.fleet.gateway, host: self.fleet.gateway.host ?? visit.host,
            ports: .init(self.settings, leased: leased, resting: resting), tunnels: self.fleet.presence.portsUp.count,
            use: self.meter.read(), hostAuthority: self.fleet.authorities.host.publicKey.fingerprint,
            connections: connections, visit)
        return try self.templates.page("gateway", view)
    }
}
