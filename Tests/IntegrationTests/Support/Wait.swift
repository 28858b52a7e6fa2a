import WatchmanCore

/// Waits for what will come true.
enum Wait {
    /// Looks again and again until `condition` holds.
    ///
    /// - Throws: `WatchmanError` if it does not hold in time, or what `condition` throws.
    static func until(
        _ what: String, within limit: Duration = .seconds(60), _ condition: () async throws -> Bool
    ) async throws {
        let end = ContinuousClock.now + limit
        while try await !condition() {
            guard ContinuousClock.now < end else { throw WatchmanError(.unavailable, "waited \(limit) for \(what)") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

/// Lets some in and the others wait: two cores cannot start all servers at once.
actor Slots {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) { self.free = count }

    func take() async {
        if self.free > 0 {
            self.free -= 1
        } else {
            await withCheckedContinuation { self.waiting.append($0) }
        }
    }

    func giveBack() {
        if self.waiting.isEmpty {
            self.free += 1
        } else {
            self.waiting.removeFirst().resume()
        }
    }
}
