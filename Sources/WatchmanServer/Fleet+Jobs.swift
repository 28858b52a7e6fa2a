import Foundation
import WatchmanCore
import WatchmanStore

/// What people do with jobs. The scheduler hears of it by the change and does the rest.
extension Fleet {
    /// Adds a job.
    func addJob(_ request: JobRequest, actor: Principal, now: Date) async throws -> JobSummary {
        try await self.telling(try await self.store.add(request, actor: actor, now: now))
    }

    /// Changes when and how a job runs.
    func changeJob(_ reference: String, _ change: JobChange, actor: Principal, now: Date) async throws -> JobSummary {
        try await self.telling(try await self.store.change(job: reference, change, actor: actor, now: now))
    }

    /// Lets a job wait, or go on.
    func pauseJob(_ reference: String, _ isPaused: Bool, actor: Principal, now: Date) async throws -> JobSummary {
        try await self.telling(try await self.store.setPaused(isPaused, job: reference, actor: actor, now: now))
    }

    /// Forgets a job with its history.
    func removeJob(_ reference: String, actor: Principal, now: Date) async throws -> JobSummary {
        let job = try await self.store.remove(job: reference, actor: actor, now: now)
        self.changes.post(.job(job.id))
        return job.summary(lastRun: nil)
    }

    /// Runs a job now, even if it is paused.
    func runJob(_ reference: String, actor: Principal, now: Date) async throws -> JobRunSummary {
        let (job, run) = try await self.store.beginRun(job: reference, actor: actor, now: now)
        self.changes.post(.job(job.id))
        return run.summary
    }

    private func telling(_ job: Job) async throws -> JobSummary {
        self.changes.post(.job(job.id))
        let (job, lastRun) = try await self.store.job(job.id)
        return job.summary(lastRun: lastRun)
    }
}
