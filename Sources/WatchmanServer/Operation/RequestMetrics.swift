import Synchronization

/// Counts requests by route, method and kind of status, and how long they took.
final class RequestMetrics: Sendable {
    struct Route: Hashable, Sendable {
        let path: String
        let method: String
    }

    /// How long the requests of a route took, and how they ended.
    struct Tally: Sendable {
        /// Requests by the first digit of their status.
        var statuses: [Int: Int] = [:]
        /// Requests that took no longer than the bound at the same place, and longer than the one before; the last has no bound.
        var buckets = [Int](repeating: 0, count: RequestMetrics.bounds.count + 1)
        var seconds = 0.0
    }

    /// Upper bounds of the histogram's buckets, in seconds.
    static let bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    private let tallies = Mutex<[Route: Tally]>([:])

    /// Notes a request. `path` is the route's template, so that there are few.
    func record(_ method: String, _ path: String, _ status: Int, _ duration: Duration) {
        let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
        let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
        self.tallies.withLock { tallies in
            var tally = tallies[Route(path: path, method: method)] ?? Tally()
            tally.statuses[status / 100, default: 0] += 1
            tally.buckets[bucket] += 1
            tally.seconds += seconds
            tallies[Route(path: path, method: method)] = tally
        }
    }

    /// All that was counted since the start.
    var all: [Route: Tally] { self.tallies.withLock { $0 } }
}
