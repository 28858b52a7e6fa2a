public import ServiceLifecycle

/// Tells systemd that the server is ready, and that it lives.
public struct ReadyService: Service {
    private let notifier: ServiceNotifier

    /// A service for the socket that systemd named.
    public init(notifier: ServiceNotifier) { self.notifier = notifier }

    /// Says READY at once, WATCHDOG in the interval that systemd wants, STOPPING at the end.
    public func run() async throws {
        self.notifier.notify("READY=1")
        if let interval = self.notifier.watchdogInterval {
            await Repeating.every(interval) { self.notifier.notify("WATCHDOG=1") }
        } else {
            try await gracefulShutdown()
        }
        self.notifier.notify("STOPPING=1")
    }
}
