import Foundation
import Hummingbird
import WatchmanCore
import WatchmanStore

/// One device.
struct DevicePage: Sendable {
    let fleet: Fleet
    let templates: Templates

    var all: [Page] {
        [
            Page(.get, "/devices/:device", .scoped(.viewer)) { try await self.page($0) },
            Page(.post, "/devices/:device/name", .scoped(.operator), self.rename),
            Page(.post, "/devices/:device/tags", .scoped(.operator), self.tag),
            Page(.post, "/devices/:device/replace", .scoped(.operator), self.replace),
            Page(.post, "/devices/:device/remove", .scoped(.admin), self.remove),
            Page(.post, "/devices/:device/choose", .scoped(.operator), self.choose),
            Page(.post, "/devices/:device/accept-host-keys", .scoped(.operator), self.acceptHostKeys),
        ]
    }

    private func choose(_ visit: Visit) async throws -> Response {
        try await self.settle(visit) { device in
            try await self.fleet.choose(
                device, instance: visit.field("instance"), actor: try visit.actor(), now: visit.now)
        }
    }

    private func acceptHostKeys(_ visit: Visit) async throws -> Response {
        try await self.settle(visit) { device in
            let lines = visit.field("keys").utf8.split(separator: UInt8(ascii: ","))
            let keys = lines.compactMap { try? SSHPublicKey(line: String(decoding: $0, as: UTF8.self)) }
            return try await self.fleet.acceptHostKeys(device, keys, actor: try visit.actor(), now: visit.now)
        }
    }

    private func rename(_ visit: Visit) async throws -> Response {
        try await self.change(visit, DeviceChange(name: visit.field("name")))
    }

    private func tag(_ visit: Visit) async throws -> Response {
        let named: (String) -> [String]? = { visit.field($0).isEmpty ? nil : [visit.field($0)] }
        return try await self.change(visit, DeviceChange(addTags: named("add"), removeTags: named("remove")))
    }

    private func change(_ visit: Visit, _ change: DeviceChange) async throws -> Response {
        try await self.settle(visit) { device in
            try await self.fleet.change(device, change, actor: try visit.actor(), now: visit.now)
        }
    }

    /// Does what a form asks for, and shows the device as it is then, or what is wrong with the form.
    private func settle(_ visit: Visit, _ body: (_ device: String) async throws -> DeviceSummary) async throws
        -> Response
    {
        do {
            let device = try await body(try visit.parameter("device"))
            return .seeOther("/devices/\(device.id)")
        } catch let error as WatchmanError where error.isAboutForm {
            return try await self.page(visit, error: error)
        }
    }

    /// The device in the address is the one whose place is taken.
    private func replace(_ visit: Visit) async throws -> Response {
        let device = try await self.fleet.replace(
            try visit.parameter("device"), with: visit.field("with"), actor: try visit.actor(), now: visit.now)
        return .seeOther("/devices/\(device.id)")
    }

    private func remove(_ visit: Visit) async throws -> Response {
        let info = try await self.fleet.store.device(try visit.parameter("device"), in: try visit.scope())
        guard visit.field("confirm") == info.device.name else {
            let error = WatchmanError(.invalid, "it is not removed: the name that was typed is another")
            return try await self.page(visit, error: error)
        }
        _ = try await self.fleet.remove(info.device.id, actor: try visit.actor(), now: visit.now)
        return .seeOther("/devices")
    }

    func page(_ visit: Visit, error: WatchmanError? = nil) async throws -> Response {
        let info = try await self.fleet.store.device(try visit.parameter("device"), in: try visit.scope())
        // One more than is shown: it says how long the state before the oldest one lasted.
        let events = try await self.fleet.store.tunnelEvents(
            device: info.device.id, limit: DeviceView.eventLimit + 1)
        let span = visit.asked("span").flatMap { ChartSpan(rawValue: $0) } ?? .day
        let points = try await self.fleet.store.metrics(
            device: info.device.id, since: visit.now - span.seconds, now: visit.now)
        let view = DeviceView(
            try await self.fleet.detail(info, in: try visit.scope(), now: visit.now), events: events,
            uptime: try await self.fleet.store.uptime(device: info.device.id, now: visit.now), points: points,
            span: span, error: error, visit)
        return try self.templates.page("device", view, status: error?.code.status ?? .ok)
    }
}
