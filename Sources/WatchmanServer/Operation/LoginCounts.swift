import Synchronization

/// Counts logins at the gateway since the start.
final class LoginCounts: Sendable {
    private let counts = Mutex((accepted: 0, refused: 0))

    /// Notes logins.
    func add(accepted: Int, refused: Int) {
        self.counts.withLock { counts in
            counts.accepted += accepted
            counts.refused += refused
        }
    }

    /// How often each came about.
    var all: [(String, Int)] {
        let counts = self.counts.withLock { $0 }
        return [("accepted", counts.accepted), ("refused", counts.refused)]
    }
}
