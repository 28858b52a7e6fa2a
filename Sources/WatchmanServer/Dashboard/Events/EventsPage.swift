import AsyncAlgorithms
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle
import WatchmanCore
import WatchmanStore

/// Tells open pages what changed, by server-sent events (HTML standard, 9.2). The page then asks for itself again.
struct EventsPage: Sendable {
    /// Seconds between comments that keep the connection up through proxies, and find those that are gone.
    private static let keepAlive = 15
    let changes: Changes
    let store: Store

    var all: [Page] { [Page(.get, "/events", .scoped(.viewer), self.follow)] }

    private enum Signal: Sendable {
        case change(Change)
        case second
    }

    private func follow(_ visit: Visit) async throws -> Response {
        let (session, scope) = (try visit.signedIn().session.id, try visit.scope())
        let body = ResponseBody { writer in
            try await writer.write(ByteBuffer(string: "retry: 1000\n\n"))
            let seconds = AsyncTimerSequence(interval: .seconds(1), clock: .continuous).map { _ in Signal.second }
            let signals = merge(self.changes.listen().map { Signal.change($0) }, seconds).cancelOnGracefulShutdown()
            var quiet = 0
            listening: for try await signal in signals {
                switch signal {
                case .change(let change):
                    guard try await self.concerns(change, scope) else { continue }
                    quiet = 0
                    try await writer.write(ByteBuffer(string: "event: change\ndata: \(change.topic)\n\n"))
                case .second:
                    // Whoever was signed out meanwhile learns nothing more.
                    guard try await self.store.isOpen(session: session, now: .now) else { break listening }
                    quiet += 1
                    guard quiet % Self.keepAlive == 0 else { continue }
                    try await writer.write(ByteBuffer(string: ": still here\n\n"))
                }
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"], body: body)
    }

    /// Whether someone with this scope may know of a change.
    func concerns(_ change: Change, _ scope: DeviceSelector?) async throws -> Bool {
        guard scope != nil else { return true }
        switch change {
        case .tunnel(let device, _), .device(let device): return try await self.store.isDevice(device, in: scope)
        case .job, .backups, .people: return false
        }
    }
}

extension Change {
    /// What a page says that it shows.
    var topic: String {
        switch self {
        case .tunnel: "tunnel"
        case .device: "device"
        case .job: "job"
        case .backups: "backups"
        case .people: "people"
        }
    }
}
