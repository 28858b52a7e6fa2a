import Foundation
import Logging
import WatchmanCore
import WatchmanStore
import WatchmanSystem

/// What became of a run.
struct JobOutcome: Hashable, Sendable {
    let state: JobRunSummary.State
    let summary: String

    init(_ state: JobRunSummary.State, _ summary: String) {
        self.state = state
        self.summary = summary
    }
}

/// Does what a job says, and notes what became of it.
struct JobRunner: Sendable {
    let fleet: Fleet
    let processes: any ProcessRunner
    let builtIns: [BuiltInJob]
    /// Where ssh finds its files while it runs; nothing in it outlives a run.
    let folder: String
    let logger: Logger
    var counts = JobCounts()
    var now: @Sendable () -> Date = { Date() }

    /// Makes the folder, empty.
    func prepare() throws {
        try? FileManager.default.removeItem(atPath: self.folder)
        try WholeFile.makeFolder(self.folder, mode: 0o700)
    }

    /// Runs to the end. When the task is cancelled, programs are ended and the run is left for the scheduler to note.
    func run(_ job: Job, _ run: JobRun) async {
        self.logger.debug("job begins", metadata: ["job": "\(job.name)", "cause": "\(run.cause)"])
        let outcome = await self.outcome(job, run)
        if Task.isCancelled { return }
        self.counts.add(outcome.state)
        // What went well is in the history.
        self.logger.log(
            level: outcome.state == .succeeded ? .debug : .warning, "job ended",
            metadata: ["job": "\(job.name)", "state": "\(outcome.state.rawValue)", "run": "\(run.id)"])
        await self.end(run, outcome)
        self.fleet.changes.post(.job(job.id))
    }

    private func outcome(_ job: Job, _ run: JobRun) async -> JobOutcome {
        do {
            return try await job.kind == .command ? self.command(job, run) : self.builtIn(job)
        } catch let error as WatchmanError {
            return JobOutcome(.failed, error.message)
        } catch {
            self.logger.error("job failed", metadata: ["job": "\(job.name)", "cause": "\(error)"])
            return JobOutcome(.failed, "the server met a fault: its log says more")
        }
    }

    private func builtIn(_ job: Job) async throws -> JobOutcome {
        guard let builtIn = self.builtIns.first(where: { $0.kind == job.kind }) else {
            throw WatchmanError(.conflict, "this server knows no job \(job.kind.rawValue)")
        }
        return try await withThrowingTaskGroup(of: JobOutcome.self) { group in
            group.addTask { JobOutcome(.succeeded, try await builtIn.body(self.now())) }
            group.addTask {
                try await Task.sleep(for: .seconds(job.timeout))
                return JobOutcome(.timedOut, "it took longer than \(job.timeout) s")
            }
            defer { group.cancelAll() }
            return try await group.next() ?? JobOutcome(.interrupted, "")
        }
    }

    /// A run that is not ended would block its job: while the disk is full, this waits.
    private func end(_ run: JobRun, _ outcome: JobOutcome) async {
        while !Task.isCancelled {
            do {
                return try await self.fleet.store.endRun(run.id, outcome.state, outcome.summary, now: self.now())
            } catch {
                self.logger.error("job's end is not noted", metadata: ["run": "\(run.id)", "cause": "\(error)"])
                try? await Task.sleep(for: .seconds(5))
            }
        }
    }
}
