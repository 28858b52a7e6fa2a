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
            Endpoint(.get, "/api/v1/devices", .scoped(.viewer), "List devices", query: Self.query, self.list),
            Endpoint(.get, "/api/v1/devices/:device", .scoped(.viewer), "Show a device", self.show),
            Endpoint(.patch, "/api/v1/devices/:device", .scoped(.operator), "Rename and tag a device", self.change),
            Endpoint(
                .post, "/api/v1/devices/:device/replace", .scoped(.operator),
                "Let another machine take a device's place", self.replace),
            Endpoint(.delete, "/api/v1/devices/:device", .scoped(.admin), "Forget a device", self.remove),
            Endpoint(.post, "/api/v1/devices/:device/connect", .scoped(.operator), "Let a person in", self.connect),
            Endpoint(
                .post, "/api/v1/devices/:device/choose", .scoped(.operator),
                "Say which of the machines with one key is the device", self.choose),
            Endpoint(
                .post, "/api/v1/devices/:device/accept-host-keys", .scoped(.operator),
                "Pin the host keys that a device has now", self.acceptHostKeys),
        ]
    }

    /// What `DeviceQuery` reads; an empty value counts as absent.
    private static let query: [QueryParameter] = [
        .line("search", "Text in the id, name, host name or a tag; ASCII letters match in either case."),
        QueryParameter(
            "state", "Only devices in this state.", .choice([""] + DeviceState.allCases.map(\.rawValue))),
        .line("tag", "Only devices with exactly this tag."),
        QueryParameter("sort", "The order of the rows.", .choice([""] + DeviceQuery.Order.allCases.map(\.rawValue))),
        QueryParameter("reverse", "Whether the order is turned round.", .choice(["", "true", "false"])),
        .after, .limit(DeviceQuery.limits),
    ]

    private func list(_ call: Call) async throws -> DeviceList {
        try await self.fleet.devices(try DeviceQuery { call.query[$0] }, in: try call.actor().scope, now: call.now)
    }

    private func show(_ call: Call) async throws -> DeviceDetail {
        let info = try await self.fleet.store.device(try call.parameter("device"), in: try call.actor().scope)
        return try await self.fleet.detail(info, in: try call.person().scope, now: call.now)
    }

    private func change(_ call: Call, _ change: DeviceChange) async throws -> DeviceSummary {
        try await self.fleet.change(
            try call.parameter("device"), change, actor: try call.actor(), now: call.now)
    }

    private func replace(_ call: Call, _ request: ReplaceRequest) async throws -> DeviceSummary {
        try await self.fleet.replace(
            try call.parameter("device"), with: request.with, actor: try call.actor(), now: call.now)
    }

    private func remove(_ call: Call) async throws -> DeviceSummary {
        try await self.fleet.remove(try call.parameter("device"), actor: try call.actor(), now: call.now)
    }

    private func connect(_ call: Call, _ request: ConnectRequest) async throws -> ConnectGrant {
        try await self.fleet.connect(
            try call.parameter("device"), request, actor: try call.actor(), now: call.now)
    }

    private func choose(_ call: Call, _ choice: InstanceChoice) async throws -> DeviceSummary {
        try await self.fleet.choose(
            try call.parameter("device"), instance: choice.instance, actor: try call.actor(), now: call.now)
    }

    private func acceptHostKeys(_ call: Call, _ acceptance: HostKeyAcceptance) async throws -> DeviceSummary {
        try await self.fleet.acceptHostKeys(
            try call.parameter("device"), acceptance.hostKeys, actor: try call.actor(), now: call.now)
    }
}
