import ServiceLifecycle
import WatchmanSystem

/// Tells systemd that the server is ready, and that it lives.
struct ReadyService: Service {
    let notifier: ServiceNotifier

    func run() async throws {
        self.notifier.notify("READY=1")
        if let interval = self.notifier.watchdogInterval {
            await Repeating.every(interval) { self.notifier.notify("WATCHDOG=1") }
        } else {
            try await gracefulShutdown()
        }
        self.notifier.notify("STOPPING=1")
    }
}
