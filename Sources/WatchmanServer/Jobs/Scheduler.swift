import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import WatchmanCore
import WatchmanStore
import WatchmanSystem

/// Runs jobs when their moments come, and those that someone asked to run. The database says what is due and what goes on, so that
/// endpoints and pages only write there; each run is attended to by one task until it ends.
final class Scheduler: Service {
    private struct State {
        /// Whether jobs may have changed since they were looked at.
        var isStale = true
        /// When the next job is due.
        var next = Date.distantPast
        var lastLook = Date.distantPast
        /// The newest run that has been started.
        var lastRun: Int64 = 0
    }

    private let fleet: Fleet
    private let runner: JobRunner
    private let logger: Logger
    private let state = Mutex(State())

    /// Prepares the jobs of watchman's own, and ends what a server left behind that died.
    init(fleet: Fleet, runner: JobRunner, logger: Logger, now: Date) async throws {
        self.fleet = fleet
        self.runner = runner
        self.logger = logger
        try runner.prepare()
        try await fleet.store.interruptRuns(now: now)
        for job in runner.builtIns { try await fleet.store.ensureJob(job.kind, cron: job.cron, now: now) }
    }

    /// Runs jobs until asked to stop; then their programs are ended.
    func run() async throws {
        await cancelWhenGracefulShutdown { await self.attend() }
        // Here, where nothing is cancelled: writing needs a task that is not.
        try await self.fleet.store.interruptRuns(now: Date())
    }

    private func attend() async {
        let changes = self.fleet.changes.listen()
        let (looks, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        await withDiscardingTaskGroup { group in
            group.addTask {
                for await change in changes {
                    guard case .job = change else { continue }
                    self.state.withLock { $0.isStale = true }
                    continuation.yield()
                }
            }
            // Every second, not until the next moment: a clock that is set would let a sleep end too early or too late.
            group.addTask { await Repeating.every(.seconds(1)) { continuation.yield() } }
            for await _ in looks {
                for (job, run) in await self.look(now: Date()) {
                    group.addTask { await self.runner.run(job, run) }
                }
            }
        }
    }

    /// Takes the moments that have come, and gives the runs that are to be started.
    func look(now: Date) async -> [(job: Job, run: JobRun)] {
        let isDue = self.state.withLock { state in
            defer { (state.isStale, state.lastLook) = (false, now) }
            // A clock that was set back may have planned everything for later.
            return state.isStale || now >= state.next || now < state.lastLook
        }
        guard isDue else { return [] }
        do {
            let next = try await self.takeMoments(now)
            let runs = try await self.fleet.store.runningJobs(after: self.state.withLock { $0.lastRun })
            self.state.withLock { state in
                state.next = next
                state.lastRun = runs.last?.run.id ?? state.lastRun
            }
            return runs
        } catch {
            if !(error is CancellationError) {
                self.logger.error("jobs cannot be looked at", metadata: ["cause": "\(error)"])
            }
            self.state.withLock { $0.next = now + 30 }
            return []
        }
    }

    /// Begins, skips and plans; gives the next moment of all.
    private func takeMoments(_ now: Date) async throws -> Date {
        var next = Date.distantFuture
        for (job, _) in try await self.fleet.store.jobs() {
            do {
                next = min(next, try await self.take(job, now) ?? .distantFuture)
            } catch let error as WatchmanError where error.code == .invalid {
                self.logger.error("job has no schedule", metadata: ["job": "\(job.name)", "cause": "\(error)"])
                try await self.fleet.store.replan(job, next: nil)
            }
        }
        return next
    }

    /// Judges a job and gives its next moment.
    private func take(_ job: Job, _ now: Date) async throws -> Date? {
        let store = self.fleet.store
        guard let verdict = try job.verdict(now: now) else { return nil }
        if case .wait(let moment) = verdict { return moment }
        let next = try job.plannedRun(after: now)
        switch verdict {
        case .wait: break
        case .run(let cause): try await store.takeMoment(job, cause, next: next, now: now)
        case .skip(let moment):
            let reason = "it was due at \(moment.formatted(.iso8601)), when the server was not there"
            try await store.takeMoment(job, .missed, missed: reason, next: next, now: now)
        case .replan: try await store.replan(job, next: next)
        }
        self.fleet.changes.post(.job(job.id))
        return next
    }
}
