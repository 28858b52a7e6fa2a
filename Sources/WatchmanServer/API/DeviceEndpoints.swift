import Foundation
import HTTPTypes
import WatchmanCore
import WatchmanGateway
import WatchmanStore

/// What admins do with devices.
struct DeviceEndpoints: Sendable {
    let fleet: Fleet

    var all: [Endpoint] {
        [
            Endpoint(method: .get, path: "/api/v1/devices", access: .admin, answer: self.list),
            Endpoint(method: .get, path: "/api/v1/devices/:device", access: .admin, answer: self.show),
            Endpoint(method: .patch, path: "/api/v1/devices/:device", access: .admin, answer: self.change),
            Endpoint(method: .delete, path: "/api/v1/devices/:device", access: .admin, answer: self.remove),
            Endpoint(method: .post, path: "/api/v1/devices/:device/connect", access: .admin, answer: self.connect),
            Endpoint(
                method: .post, path: "/api/v1/devices/:device/reveal-password", access: .admin,
                answer: self.revealPassword),
        ]
    }

    private func list(_ call: Call) async throws -> any Encodable & Sendable {
        await self.fleet.presence.refresh()
        return DeviceList(devices: try await self.fleet.store.devices().map { self.fleet.summary($0, now: call.now) })
    }

    private func show(_ call: Call) async throws -> any Encodable & Sendable {
        await self.fleet.presence.refresh()
        let info = try await self.fleet.store.device(try call.parameter("device"))
        return try await self.fleet.detail(info, now: call.now)
    }

    private func change(_ call: Call) async throws -> any Encodable & Sendable {
        let info = try await self.fleet.store.change(
            try call.parameter("device"), try call.body(DeviceChange.self), actor: try call.admin(), now: call.now)
        return self.fleet.summary(info, now: call.now)
    }

    private func remove(_ call: Call) async throws -> any Encodable & Sendable {
        try await self.fleet.remove(try call.parameter("device"), actor: try call.admin(), now: call.now)
    }

    private func connect(_ call: Call) async throws -> any Encodable & Sendable {
        try await self.fleet.connect(
            try call.parameter("device"), try call.body(ConnectRequest.self), actor: try call.admin(), now: call.now)
    }

    private func revealPassword(_ call: Call) async throws -> any Encodable & Sendable {
        try await self.fleet.revealPassword(try call.parameter("device"), actor: try call.admin(), now: call.now)
    }
}
