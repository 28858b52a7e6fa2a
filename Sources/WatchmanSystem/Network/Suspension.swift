import Glibc

/// Notices that the machine slept: one of the kernel's clocks counts on meanwhile, the other stands still.
public struct Suspension: Sendable {
    private var slept = Self.total()

    /// Begins to count.
    public init() {}

    /// How long the machine has slept since the last look.
    public mutating func sinceLastLook() -> Duration {
        let total = Self.total()
        defer { self.slept = total }
        return total - self.slept
    }

    /// How long the machine has slept since it was started (clock_gettime(2)).
    private static func total() -> Duration { Self.time(CLOCK_BOOTTIME) - Self.time(CLOCK_MONOTONIC) }

    private static func time(_ clock: clockid_t) -> Duration {
        var now = timespec()
        clock_gettime(clock, &now)
        return .seconds(Int64(now.tv_sec)) + .nanoseconds(Int64(now.tv_nsec))
    }
}
