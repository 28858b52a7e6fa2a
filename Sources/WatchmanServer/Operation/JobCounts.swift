import Synchronization
import WatchmanCore

/// Counts the runs of jobs that ended since the start, by what became of them.
final class JobCounts: Sendable {
    private let counts = Mutex<[JobRunSummary.State: Int]>([:])

    /// Notes the end of a run.
    func add(_ state: JobRunSummary.State) { self.counts.withLock { $0[state, default: 0] += 1 } }

    /// What can become of a run that begins, and how often it did.
    var all: [(String, Int)] {
        let counts = self.counts.withLock { $0 }
        return [JobRunSummary.State.succeeded, .failed, .timedOut].map { ($0.rawValue, counts[$0] ?? 0) }
    }
}
