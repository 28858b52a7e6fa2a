public import Foundation
import GRDB
public import WatchmanCore

extension Store {
    /// Keeps a new job.
    ///
    /// - Throws: `WatchmanError`: `conflict` if the name is taken, `invalid` for what cannot be.
    public func add(_ request: JobRequest, actor: Principal, now: Date) async throws -> Job {
        let job = try Job(request, actor: actor, now: now)
        return try await self.write { db in
            let known = try Job.filter(sql: "name = ?", arguments: [job.name]).fetchCount(db)
            guard known == 0 else { throw WatchmanError(.conflict, "the name \(job.name) is taken") }
            try job.insert(db)
            let text = "\(job.name) \(job.cron) \(job.timeZone) on \(job.selector ?? "the server"): \(request.command)"
            try Self.audit(db, now, actor: actor, "job.add", job.id, OutsideText.clean(text, limit: 1000))
            return job
        }
    }

    /// Makes sure that a job of watchman's own is there; one that is there stays as it is.
    public func ensureJob(_ kind: JobKind, cron: String, now: Date) async throws {
        let job = try Job(builtIn: kind, cron: cron, now: now)
        try await self.write { db in
            let known = try Job.filter(sql: "name = ?", arguments: [job.name]).fetchCount(db)
            if known == 0 { try job.insert(db) }
        }
    }

    /// Changes when and how a job runs.
    ///
    /// - Throws: `WatchmanError`: `notFound`, or `invalid` for what cannot be.
    public func change(job reference: String, _ change: JobChange, actor: Principal, now: Date) async throws -> Job {
        let detail = String(decoding: try WireJSON.encode(change), as: UTF8.self)
        return try await self.write { db in
            var job = try Self.job(db, reference)
            try job.take(change, now: now)
            try job.update(db)
            try Self.audit(
                db, now, actor: actor, "job.change", job.id, OutsideText.clean("\(job.name) \(detail)", limit: 1000))
            return job
        }
    }

    /// Lets a job wait, or go on.
    ///
    /// - Throws: `WatchmanError` (`notFound`).
    public func setPaused(_ isPaused: Bool, job reference: String, actor: Principal, now: Date) async throws -> Job {
        try await self.write { db in
            var job = try Self.job(db, reference)
            guard job.isPaused != isPaused else { return job }
            job.isPaused = isPaused
            try job.plan(now)
            try job.update(db)
            try Self.audit(db, now, actor: actor, isPaused ? "job.pause" : "job.resume", job.id, job.name)
            return job
        }
    }

    /// Forgets a job with its history.
    ///
    /// - Throws: `WatchmanError`: `notFound`, or `conflict` if it is watchman's own or runs now.
    public func remove(job reference: String, actor: Principal, now: Date) async throws -> Job {
        try await self.write { db in
            let job = try Self.job(db, reference)
            guard job.kind == .command else {
                throw WatchmanError(
                    .conflict, "the job \(job.name) is part of watchman", hint: "watchman admin jobs pause \(job.name)")
            }
            guard try Self.newestRunning(db, job.id) == nil else {
                throw WatchmanError(
                    .conflict, "the job \(job.name) runs now", hint: "watchman admin jobs history \(job.name)")
            }
            try job.delete(db)
            try Self.audit(db, now, actor: actor, "job.remove", job.id, job.name)
            return job
        }
    }

    /// The devices that a selector means, by name.
    public func devices(_ selector: DeviceSelector) async throws -> [(id: String, name: String)] {
        try await self.read { db in
            let condition = SQLCondition(devices: selector)
            let sql = "SELECT id, name FROM device WHERE \(condition.sql) ORDER BY name"
            return try Row.fetchAll(db, sql: sql, arguments: condition.arguments).map { ($0["id"], $0["name"]) }
        }
    }
}
