import Synchronization

/// Something that a page may be showing has changed.
enum Change: Hashable, Sendable {
    /// A device's tunnel came up or went down.
    case tunnel(device: String, isUp: Bool)
    /// A device was enrolled, changed or removed.
    case device(String)
    /// A job began, ended or was changed.
    case job(String)
    /// A backup was made or removed.
    case backups
    /// People, sessions, keys or tokens changed.
    case people
}

/// Tells everyone who listens what changed. A listener that is slow loses the oldest changes, never the newest.
final class Changes: Sendable {
    private struct State {
        var next = 0
        var listeners: [Int: AsyncStream<Change>.Continuation] = [:]
    }

    private let state = Mutex(State())

    /// How many listen.
    var listeners: Int { self.state.withLock { $0.listeners.count } }

    /// Tells a change.
    func post(_ change: Change) {
        self.state.withLock { state in
            for listener in state.listeners.values { listener.yield(change) }
        }
    }

    /// The changes from now on, until the task that reads them ends.
    func listen() -> AsyncStream<Change> {
        let (stream, continuation) = AsyncStream<Change>.makeStream(bufferingPolicy: .bufferingNewest(256))
        let number = self.state.withLock { state in
            state.next += 1
            state.listeners[state.next] = continuation
            return state.next
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { state in _ = state.listeners.removeValue(forKey: number) }
        }
        return stream
    }
}
