public import ServiceLifecycle
import Synchronization
import WatchmanSystem

/// Which device ports are held open on this gateway, looked at twice a second.
public final class Presence: Service {
    private let ports = Mutex<Set<Int>?>(nil)
    private let range: ClosedRange<Int>
    private let onChange: @Sendable (_ up: Set<Int>, _ down: Set<Int>) async -> Void

    /// Watches the ports of `range` and tells what changed; at the first look, how all of them stand.
    public init(range: ClosedRange<Int>, onChange: @escaping @Sendable (_ up: Set<Int>, _ down: Set<Int>) async -> Void)
    {
        self.range = range
        self.onChange = onChange
    }

    /// Whether the port was held open at the last look.
    public func isUp(_ port: Int) -> Bool { self.portsUp.contains(port) }

    /// The ports held open at the last look.
    public var portsUp: Set<Int> { self.ports.withLock { $0 } ?? [] }

    /// Looks now.
    public func refresh() async {
        let now = SocketTable.read().ports.filter { self.range.contains($0) }
        let before = self.ports.withLock { ports in
            defer { ports = now }
            return ports
        }
        let (up, down) = (now.subtracting(before ?? []), (before ?? Set(self.range)).subtracting(now))
        if !up.isEmpty || !down.isEmpty { await self.onChange(up, down) }
    }

    /// Looks until asked to stop.
    public func run() async throws {
        await Repeating.every(.milliseconds(500)) { await self.refresh() }
    }
}
