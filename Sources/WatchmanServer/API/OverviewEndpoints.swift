import Foundation
import HTTPTypes
import WatchmanCore
import WatchmanGateway
import WatchmanStore

/// What the dashboard's first pages show.
struct OverviewEndpoints: Sendable {
    let fleet: Fleet

    var all: [Endpoint] {
        [
            Endpoint(.get, "/api/v1/fleet", .scoped(.viewer), "Tell how the fleet is doing", self.overview),
            Endpoint(.get, "/api/v1/gateway", .role(.viewer), "Tell how the gateway is doing", self.gateway),
            Endpoint(
                .get, "/api/v1/devices/:device/history", .scoped(.viewer), "Tell how a device was",
                query: [
                    QueryParameter(
                        "span", "How far back figures go.", .choice(DeviceHistory.Span.allCases.map(\.rawValue)))
                ], self.history),
        ]
    }

    private func overview(_ call: Call) async throws -> FleetOverview {
        let (store, scope) = (self.fleet.store, try call.actor().scope)
        let (states, found) = (
            try await store.fleetStates(in: scope), try await store.concerns(limit: 50, in: scope)
        )
        let concerns: [(FleetConcern.Kind, [Store.Concern])] = [
            (.hostKeys, found.hostKeys), (.duplicate, found.duplicates), (.offline, found.offline),
            (.disk, found.disks), (.clock, found.clocks),
        ]
        let dayAgo = TimeSlot.slot(call.now) - TimeSlot.daySeconds / TimeSlot.slotSeconds
        return FleetOverview(
            online: states.online, offline: states.offline, neverConnected: states.never,
            concerns: concerns.flatMap { kind, devices in
                devices.map { FleetConcern(kind: kind, deviceID: $0.id, name: $0.name, lastSeen: $0.lastSeen) }
            },
            samples: try await store.fleetSamples(after: dayAgo, in: scope).map {
                FleetCount(
                    at: TimeSlot.start($0.slot, of: TimeSlot.slotSeconds), online: $0.online, total: $0.total)
            },
            events: try await store.fleetEvents(limit: 50, in: scope).map {
                FleetTunnelEvent(at: $0.at, deviceID: $0.deviceID, name: $0.name, isUp: $0.isUp)
            })
    }

    private func gateway(_ call: Call) async throws -> GatewayStatus {
        let gateway = self.fleet.gateway
        let (leased, resting) = try await self.fleet.store.portUse(gateway: gateway.id)
        return GatewayStatus(
            id: gateway.id, host: gateway.host, port: gateway.port, firstPort: gateway.firstPort,
            lastPort: gateway.lastPort, portsLeased: leased, portsResting: resting,
            tunnels: self.fleet.presence.portsUp.count)
    }

    private func history(_ call: Call) async throws -> DeviceHistory {
        let id = try await self.fleet.store.device(try call.parameter("device"), in: try call.actor().scope).device.id
        let span = call.query["span"].flatMap(DeviceHistory.Span.init) ?? .day
        return DeviceHistory(
            uptime: try await self.fleet.store.uptime(device: id, now: call.now).map {
                UptimeShare(day: TimeSlot.start($0.day, of: TimeSlot.daySeconds), fraction: $0.fraction)
            },
            metrics: try await self.fleet.store.metrics(device: id, since: call.now - span.seconds, now: call.now)
                .map {
                    MetricRow(
                        at: $0.at, load: $0.load, memory: $0.memory, disk: $0.disk, temperature: $0.temperature)
                })
    }
}
