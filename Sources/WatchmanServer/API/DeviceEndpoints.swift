import Foundation
import HTTPTypes
import Hummingbird
import WatchmanCore
import WatchmanGateway
import WatchmanStore

/// What people do with devices.
struct DeviceEndpoints: Sendable {
    let fleet: Fleet

    var all: [Endpoint] {
        [
            Endpoint(.get, "/api/v1/devices", .role(.viewer), "List devices", self.list),
            Endpoint(.get, "/api/v1/devices/:device", .role(.viewer), "Show a device", self.show),
            Endpoint(.patch, "/api/v1/devices/:device", .role(.operator), "Rename and tag a device", self.change),
            Endpoint(.delete, "/api/v1/devices/:device", .role(.admin), "Forget a device", self.remove),
            Endpoint(.post, "/api/v1/devices/:device/connect", .role(.operator), "Let a person in", self.connect),
            Endpoint(
                .post, "/api/v1/devices/:device/reveal-password", .role(.admin), "Reveal a device's root password",
                self.revealPassword),
        ]
    }

    private func list(_ call: Call) async throws -> any Encodable & Sendable {
        let query = try DeviceQuery { call.query.get($0) }
        return try await self.fleet.devices(query, now: call.now)
    }

    private func show(_ call: Call) async throws -> any Encodable & Sendable {
        let info = try await self.fleet.store.device(try call.parameter("device"))
        return try await self.fleet.detail(info, now: call.now)
    }

    private func change(_ call: Call) async throws -> any Encodable & Sendable {
        try await self.fleet.change(
            try call.parameter("device"), try call.body(DeviceChange.self), actor: try call.actor(), now: call.now)
    }

    private func remove(_ call: Call) async throws -> any Encodable & Sendable {
        try await self.fleet.remove(try call.parameter("device"), actor: try call.actor(), now: call.now)
    }

    private func connect(_ call: Call) async throws -> any Encodable & Sendable {
        try await self.fleet.connect(
            try call.parameter("device"), try call.body(ConnectRequest.self), actor: try call.actor(), now: call.now)
    }

    private func revealPassword(_ call: Call) async throws -> any Encodable & Sendable {
        try await self.fleet.revealPassword(try call.parameter("device"), actor: try call.actor(), now: call.now)
    }
}
