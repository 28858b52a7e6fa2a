import GRDB
public import WatchmanCore

extension Store {
    /// All jobs with the newest run of each, by name.
    public func jobs() async throws -> [(job: Job, lastRun: JobRun?)] {
        try await self.read { db in
            let runs = try JobRun.fetchAll(
                db, sql: "SELECT * FROM jobRun WHERE id IN (SELECT max(id) FROM jobRun GROUP BY jobID)")
            let newest = Dictionary(runs.map { ($0.jobID, $0) }) { first, _ in first }
            return try Job.fetchAll(db, sql: "SELECT * FROM job ORDER BY name").map { ($0, newest[$0.id]) }
        }
    }

    /// The job with this name or id, and its newest run.
    ///
    /// - Throws: `WatchmanError` (`notFound`).
    public func job(_ reference: String) async throws -> (job: Job, lastRun: JobRun?) {
        try await self.read { db in
            let job = try Self.job(db, reference)
            return (job, try Self.newestRun(db, job.id))
        }
    }

    /// A page of a job's runs, newest first, that are older than the run `before`.
    public func jobRuns(_ reference: String, before: Int64? = nil, limit: Int) async throws -> JobRunList {
        try await self.read { db in
            let job = try Self.job(db, reference)
            let runs = try JobRun.fetchAll(
                db, sql: "SELECT * FROM jobRun WHERE jobID = ? AND id < ? ORDER BY id DESC LIMIT ?",
                arguments: [job.id, before ?? .max, limit + 1])
            let page = runs.prefix(limit)
            return JobRunList(runs: page.map(\.summary), next: runs.count > limit ? page.last?.id : nil)
        }
    }

    /// A run, and a page of what it printed on the targets that come after `after`.
    ///
    /// - Throws: `WatchmanError` (`notFound`).
    public func jobRun(_ reference: String, _ id: Int64, after: String? = nil) async throws -> JobRunDetail {
        try await self.read { db in
            let job = try Self.job(db, reference)
            let run = try JobRun.fetchOne(
                db, sql: "SELECT * FROM jobRun WHERE id = ? AND jobID = ?", arguments: [id, job.id])
            guard let run else {
                throw WatchmanError(
                    .notFound, "the job \(job.name) has no run \(id)", hint: "watchman admin jobs history \(job.name)")
            }
            let rows = try Row.fetchAll(
                db, sql: "SELECT * FROM jobOutput WHERE runID = ? AND target > ? ORDER BY target LIMIT ?",
                arguments: [id, after ?? "", JobRunDetail.pageSize + 1])
            let page = rows.prefix(JobRunDetail.pageSize).map(Self.output)
            return JobRunDetail(
                run: run.summary, outputs: page, next: rows.count > page.count ? page.last?.target : nil)
        }
    }

    static func job(_ db: Database, _ reference: String) throws -> Job {
        let sql = "SELECT * FROM job WHERE name = ?1 OR id = ?1 ORDER BY name = ?1 DESC LIMIT 1"
        guard let job = try Job.fetchOne(db, sql: sql, arguments: [reference]) else {
            throw WatchmanError(
                .notFound, "no job '\(OutsideText.clean(reference, limit: 63))'", hint: "watchman admin jobs list")
        }
        return job
    }

    static func newestRun(_ db: Database, _ job: String) throws -> JobRun? {
        try JobRun.fetchOne(db, sql: "SELECT * FROM jobRun WHERE jobID = ? ORDER BY id DESC LIMIT 1", arguments: [job])
    }

    private static func output(_ row: Row) -> JobOutput {
        JobOutput(
            target: row["target"], name: row["name"], status: row["status"], isTimedOut: row["isTimedOut"],
            output: row["output"], startedAt: row["startedAt"], endedAt: row["endedAt"])
    }
}
