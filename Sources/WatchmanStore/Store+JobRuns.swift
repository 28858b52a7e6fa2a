public import Foundation
import GRDB
public import WatchmanCore

extension Store {
    /// Runs that are kept of each job.
    static let keptRuns = 1000
    /// Runs of each job whose output is kept.
    static let keptOutputs = 50
    /// Bytes that are kept of what a run printed on each target.
    public static let outputLimit = 64 << 10

    /// Begins a run that someone asked for.
    ///
    /// - Throws: `WatchmanError`: `notFound`, or `conflict` if the job runs already.
    public func beginRun(job reference: String, actor: Principal, now: Date) async throws -> (job: Job, run: JobRun) {
        try await self.write { db in
            let job = try Self.job(db, reference)
            guard try Self.newestRunning(db, job.id) == nil else {
                throw WatchmanError(
                    .conflict, "the job \(job.name) runs already", hint: "watchman admin jobs history \(job.name)")
            }
            try Self.audit(db, now, actor: actor, "job.run", job.id, job.name)
            return (job, try Self.insertRun(db, job.id, .manual, actor: actor, .running, "", now))
        }
    }

    /// Takes the moment of a job that is due: begins a run, or notes why there is none, and plans the next.
    ///
    /// `missed` says in words why the moment is let pass. Nothing happens if someone changed the job in the meantime.
    public func takeMoment(
        _ job: Job, _ cause: JobRunSummary.Cause, missed: String? = nil, next: Date, now: Date
    ) async throws {
        try await self.write { db in
            guard try Self.plan(db, job, next) else { return }
            let isRunning = try Self.newestRunning(db, job.id) != nil
            let reason = missed ?? (isRunning ? "the run before it was still going on" : nil)
            _ = try Self.insertRun(
                db, job.id, cause, actor: "job:\(job.name)", reason == nil ? .running : .skipped, reason ?? "", now)
        }
    }

    /// Plans the next moment of a job anew, or none, unless someone changed the job in the meantime.
    public func replan(_ job: Job, next: Date?) async throws {
        try await self.write { db in _ = try Self.plan(db, job, next) }
    }

    /// The runs that go on and are newer than the run `id`, with their jobs.
    public func runningJobs(after id: Int64) async throws -> [(job: Job, run: JobRun)] {
        try await self.read { db in
            let runs = try JobRun.fetchAll(
                db, sql: "SELECT * FROM jobRun WHERE state = 'running' AND id > ? ORDER BY id", arguments: [id])
            return try runs.map { (try Self.job(db, $0.jobID), $0) }
        }
    }

    /// Ends a run; one that has ended stays as it is.
    public func endRun(_ id: Int64, _ state: JobRunSummary.State, _ summary: String, now: Date) async throws {
        try await self.write { db in
            try db.execute(
                sql: "UPDATE jobRun SET state = ?, summary = ?, endedAt = ? WHERE id = ? AND state = 'running'",
                arguments: [state.rawValue, OutsideText.clean(summary, limit: 500), now, id])
        }
    }

    /// Ends all runs that nobody attends to: those of a server that ended before they did.
    public func interruptRuns(now: Date) async throws {
        try await self.write { db in
            try db.execute(
                sql: """
                    UPDATE jobRun SET state = 'interrupted', summary = 'the server ended before it did', endedAt = ?
                    WHERE state = 'running'
                    """, arguments: [now])
        }
    }

    /// Keeps what a run printed on one target.
    public func keep(_ output: JobOutput, run: Int64) async throws {
        try await self.write { db in
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO jobOutput
                        (runID, target, name, status, isTimedOut, output, startedAt, endedAt)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    run, output.target, output.name, output.status, output.isTimedOut,
                    OutsideText.lines(output.output.utf8, limit: Self.outputLimit), output.startedAt, output.endedAt,
                ])
        }
    }

    static func newestRunning(_ db: Database, _ job: String) throws -> Int64? {
        try Int64.fetchOne(db, sql: "SELECT id FROM jobRun WHERE jobID = ? AND state = 'running'", arguments: [job])
    }

    /// Whether the job is still as it was read; then its next moment is set.
    private static func plan(_ db: Database, _ job: Job, _ next: Date?) throws -> Bool {
        try db.execute(
            sql: "UPDATE job SET nextRunAt = ? WHERE id = ? AND NOT isPaused AND nextRunAt IS ?",
            arguments: [next, job.id, job.nextRunAt])
        return db.changesCount == 1
    }

    private static func insertRun(
        _ db: Database, _ job: String, _ cause: JobRunSummary.Cause, actor: Principal, _ state: JobRunSummary.State,
        _ summary: String, _ now: Date
    ) throws -> JobRun {
        let ended = state == .running ? nil : now
        try db.execute(
            sql: """
                INSERT INTO jobRun (jobID, cause, actor, state, summary, startedAt, endedAt) VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [job, cause.rawValue, actor.name, state.rawValue, summary, now, ended])
        let id = db.lastInsertedRowID
        try Self.pruneRuns(db, job)
        return JobRun(
            id: id, jobID: job, cause: cause, actor: actor.name, state: state, summaryText: summary,
            startedAt: now, endedAt: ended)
    }

    /// The oldest runs of a job go, and the output of some more.
    private static func pruneRuns(_ db: Database, _ job: String) throws {
        let older = "(SELECT id FROM jobRun WHERE jobID = ? ORDER BY id DESC LIMIT -1 OFFSET ?)"
        try db.execute(sql: "DELETE FROM jobOutput WHERE runID IN \(older)", arguments: [job, Self.keptOutputs])
        try db.execute(sql: "DELETE FROM jobRun WHERE id IN \(older)", arguments: [job, Self.keptRuns])
    }
}
