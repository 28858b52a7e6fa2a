import ServiceLifecycle

/// Loops that stop when asked.
public enum Repeating {
    /// Runs `body`, waits `interval`, and so on, until the task is cancelled or a graceful shutdown begins.
    public static func every(_ interval: Duration, _ body: @Sendable @escaping () async -> Void) async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await body()
                try? await Task.sleep(for: interval)
            }
        }
    }
}
