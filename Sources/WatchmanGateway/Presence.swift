public import ServiceLifecycle
import Synchronization
import WatchmanSystem

/// Which device ports are held open on this gateway, looked at twice a second.
public final class Presence: Service {
    private struct State {
        var seen: [Int: UInt64] = [:]
        var told: Set<Int>?
    }

    private let state = Mutex(State())
    let table = TunnelTable()
    private let range: ClosedRange<Int>
    private let onChange: @Sendable (_ up: Set<Int>, _ down: Set<Int>) async -> Bool

    /// Watches the ports of `range` and tells what changed; at the first look, how all of them stand.
    ///
    /// What `onChange` could not take (false) is told again at the next look.
    public init(
        range: ClosedRange<Int>, onChange: @escaping @Sendable (_ up: Set<Int>, _ down: Set<Int>) async -> Bool
    ) {
        self.range = range
        self.onChange = onChange
    }

    /// Whether the port was held open at the last look.
    public func isUp(_ port: Int) -> Bool { self.sockets[port] != nil }

    /// The ports held open at the last look.
    public var portsUp: Set<Int> { Set(self.sockets.keys) }

    /// The listening socket of each of them: a device that comes back has another one.
    var sockets: [Int: UInt64] { self.state.withLock { $0.seen } }

    /// Whether the port is held open now.
    public func isUpNow(_ port: Int) -> Bool { SocketTable.read().ports.contains(port) }

    /// Looks until asked to stop.
    public func run() async throws {
        await Repeating.every(.milliseconds(500)) { await self.look() }
    }

    private var isFirstLook: Bool { self.state.withLock { $0.told == nil } }

    /// Looks once. Never called twice at a time, so that changes are told in the order in which they happened.
    func look() async {
        let sockets = SocketTable.read().inodes.filter { self.range.contains($0.key) }
        if self.isFirstLook { self.table.adopt(sockets) }
        self.table.settle(sockets)
        let now = Set(sockets.keys)
        let told = self.state.withLock { state in
            state.seen = sockets
            return state.told
        }
        let (up, down) = (now.subtracting(told ?? []), (told ?? Set(self.range)).subtracting(now))
        if up.isEmpty && down.isEmpty { return }
        if await self.onChange(up, down) { self.state.withLock { $0.told = now } }
    }
}
