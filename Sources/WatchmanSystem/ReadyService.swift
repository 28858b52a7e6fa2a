public import ServiceLifecycle

/// Tells systemd that the server is ready, and that it lives.
public struct ReadyService: Service {
    private let notifier: ServiceNotifier
    private let isAlive: @Sendable () -> Bool

    /// A service for the socket that systemd named. `isAlive` is asked before systemd is told so.
    public init(notifier: ServiceNotifier, isAlive: @escaping @Sendable () -> Bool = { true }) {
        self.notifier = notifier
        self.isAlive = isAlive
    }

    /// Says READY at once, WATCHDOG in the interval that systemd wants while all is well, STOPPING at the end.
    public func run() async throws {
        self.notifier.notify("READY=1")
        if let interval = self.notifier.watchdogInterval {
            await Repeating.every(interval) {
                if self.isAlive() { self.notifier.notify("WATCHDOG=1") }
            }
        } else {
            try await gracefulShutdown()
        }
        self.notifier.notify("STOPPING=1")
    }
}
