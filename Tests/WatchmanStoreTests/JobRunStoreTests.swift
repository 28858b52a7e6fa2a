import Foundation
import GRDB
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanStore

@Suite struct JobRunStoreTests {
    private static let now = Sample.now

    private static func store(_ names: String...) async throws -> Store {
        let store = try Store.inMemory()
        for name in names { _ = try await store.add(Sample.job(name), actor: "local", now: self.now) }
        return store
    }

    @Test func `a run is asked for, goes on and ends`() async throws {
        let store = try await Self.store("a")
        let (job, run) = try await store.beginRun(job: "a", actor: "user:ann", now: Self.now)
        #expect(run.cause == .manual && run.actor == "user:ann" && run.state == .running && run.endedAt == nil)
        #expect(try await store.runningJobs(after: 0).map(\.run) == [run])
        #expect(try await store.runningJobs(after: run.id).isEmpty)
        try await store.endRun(run.id, .failed, "status 3\u{1b}[31m", now: Self.now + 5)
        let last = try #require(try await store.job("a").lastRun)
        #expect(last.state == .failed && last.summaryText == "status 3[31m" && last.endedAt == Self.now + 5)
        try await store.endRun(run.id, .succeeded, "again", now: Self.now + 9)
        #expect(try await store.job("a").lastRun == last, "what has ended stays as it is")
        let fixture = try await StoreFixture(store: store)
        #expect(try await fixture.audit(job.id).last == "user:ann job.run a")
    }

    @Test func `a job runs once at a time, whoever asks`() async throws {
        let store = try await Self.store("a", "b")
        _ = try await store.beginRun(job: "a", actor: "local", now: Self.now)
        let error = await #expect(throws: WatchmanError.self) {
            try await store.beginRun(job: "a", actor: "local", now: Self.now)
        }
        #expect(
            error == WatchmanError(.conflict, "the job a runs already", hint: "watchman admin jobs history a"))
        _ = try await store.beginRun(job: "b", actor: "local", now: Self.now)
        // The schema itself would refuse it.
        await #expect(throws: DatabaseError.self) {
            try await store.write { db in
                try db.execute(
                    sql: """
                        INSERT INTO jobRun (jobID, cause, actor, state, summary, startedAt)
                        SELECT jobID, cause, actor, state, summary, startedAt FROM jobRun LIMIT 1
                        """)
            }
        }
    }

    @Test func `a moment begins a run and plans the next`() async throws {
        let store = try await Self.store("a")
        let job = try await store.job("a").job
        try await store.takeMoment(job, .schedule, next: Self.now + 600, now: Self.now)
        let (after, run) = try await store.job("a")
        #expect(after.nextRunAt == Self.now + 600)
        #expect(run?.state == .running && run?.cause == .schedule && run?.actor == "job:a")
    }

    @Test func `a moment is taken once, and not if the job was changed in the meantime`() async throws {
        let store = try await Self.store("a", "b", "c", "d")
        let jobs = try await store.jobs().map(\.job)
        try await store.takeMoment(jobs[0], .schedule, next: Self.now + 600, now: Self.now)
        try await store.takeMoment(jobs[0], .schedule, next: Self.now + 900, now: Self.now)
        _ = try await store.change(job: "b", JobChange(cron: "0 1 1 1 *"), actor: "local", now: Self.now)
        _ = try await store.setPaused(true, job: "c", actor: "local", now: Self.now)
        _ = try await store.remove(job: "d", actor: "local", now: Self.now)
        for job in jobs.dropFirst() {
            try await store.takeMoment(job, .schedule, next: Self.now + 600, now: Self.now)
            try await store.replan(job, next: Self.now + 600)
        }
        let after = try await store.jobs()
        #expect(after.map { $0.lastRun?.state } == [.running, nil, nil])
        #expect(after.map(\.job.nextRunAt)[0] == Self.now + 600 && after.map(\.job.nextRunAt)[2] == nil)
        #expect(after.map(\.job.nextRunAt)[1] != Self.now + 600)
    }

    @Test func `a moment that comes while the job runs is noted as skipped`() async throws {
        let store = try await Self.store("a")
        let first = try await store.beginRun(job: "a", actor: "local", now: Self.now).run
        try await store.takeMoment(
            try await store.job("a").job, .schedule, next: Self.now + 600, now: Self.now + 60)
        let runs = try await store.jobRuns("a", limit: 10).runs
        #expect(runs.map(\.state) == [.skipped, .running] && runs[1].id == first.id)
        #expect(runs[0].summary == "the run before it was still going on" && runs[0].endedAt == Self.now + 60)
        #expect(try await store.runningJobs(after: 0).map(\.run.id) == [first.id])
    }

    @Test func `what a dead server left is noted as interrupted, and the job can run again`() async throws {
        let store = try await Self.store("a", "b")
        let run = try await store.beginRun(job: "a", actor: "local", now: Self.now).run
        let done = try await store.beginRun(job: "b", actor: "local", now: Self.now).run
        try await store.endRun(done.id, .succeeded, "", now: Self.now)
        try await store.interruptRuns(now: Self.now + 60)
        let after = try await store.jobs().compactMap(\.lastRun)
        #expect(after.map(\.state) == [.interrupted, .succeeded])
        #expect(after[0].id == run.id && after[0].endedAt == Self.now + 60)
        _ = try await store.beginRun(job: "a", actor: "local", now: Self.now)
    }

    @Test func `the history is read page by page, newest first`() async throws {
        let store = try await Self.store("a", "b")
        for number in 0..<5 {
            for name in ["a", "b"] {
                let run = try await store.beginRun(job: name, actor: "local", now: Self.now).run
                try await store.endRun(run.id, .succeeded, "\(name)\(number)", now: Self.now)
            }
        }
        var (seen, before): ([String], Int64?) = ([], nil)
        repeat {
            let page = try await store.jobRuns("a", before: before, limit: 2)
            seen += page.runs.map(\.summary)
            before = page.next
        } while before != nil
        #expect(seen == ["a4", "a3", "a2", "a1", "a0"])
        #expect(try await store.jobRuns("a", before: -5, limit: 2).runs.isEmpty)
        #expect(try await store.jobRuns("a", limit: 5).next == nil)
    }

    @Test func `the oldest runs and outputs of a job go`() async throws {
        let store = try await Self.store("a", "b")
        let other = try await store.beginRun(job: "b", actor: "local", now: Self.now).run
        try await store.keep(Sample.output(), run: other.id)
        for _ in 0..<(Store.keptRuns + 20) {
            let run = try await store.beginRun(job: "a", actor: "local", now: Self.now).run
            try await store.keep(Sample.output(), run: run.id)
            try await store.endRun(run.id, .succeeded, "", now: Self.now)
        }
        let fixture = try await StoreFixture(store: store)
        #expect(try await fixture.count("SELECT count(*) FROM jobRun") == Store.keptRuns + 1)
        #expect(try await fixture.count("SELECT count(*) FROM jobOutput") == Store.keptOutputs + 1)
        #expect(try await fixture.count("SELECT min(id) FROM jobRun") == Int(other.id))
    }

    @Test func `outputs are kept by target, cleaned and cut, and read page by page`() async throws {
        let store = try await Self.store("a", "b")
        let run = try await store.beginRun(job: "a", actor: "local", now: Self.now).run
        let count = JobRunDetail.pageSize + 10
        for number in (0..<count).reversed() {
            try await store.keep(Sample.output("dev\(100 + number)", "x\u{1b}[31m\r\n\ty"), run: run.id)
        }
        let first = try await store.jobRun("a", run.id)
        let second = try await store.jobRun("a", run.id, after: first.next)
        #expect(first.outputs.count == JobRunDetail.pageSize && second.outputs.count == 10 && second.next == nil)
        #expect((first.outputs + second.outputs).map(\.target) == (0..<count).map { "dev\(100 + $0)" })
        #expect(first.outputs[0].output == "x[31m\n\ty" && first.run.id == run.id)
        try await store.keep(Sample.output("big", String(repeating: "é", count: Store.outputLimit)), run: run.id)
        let size = "SELECT length(CAST(output AS BLOB)) FROM jobOutput WHERE target = 'big'"
        let fixture = try await StoreFixture(store: store)
        #expect(try await fixture.count(size) == Store.outputLimit)
        let elsewhere = await #expect(throws: WatchmanError.self) { try await store.jobRun("b", run.id) }
        #expect(elsewhere?.code == .notFound, "a run is found at its own job only")
    }

    @Test func `a sound database has no problems, and a broken one tells them`() async throws {
        try await TemporaryFolder.with { folder in
            let store = try Store(path: "\(folder)/watchman.db")
            #expect(try await store.integrityProblems().isEmpty)
            var configuration = Configuration()
            configuration.foreignKeysEnabled = false
            let other = try DatabaseQueue(path: "\(folder)/watchman.db", configuration: configuration)
            try await other.write { db in
                for number in 0..<50 { try db.execute(sql: "INSERT INTO deviceTag VALUES ('nobody', 't\(number)')") }
            }
            try other.close()
            let problems = try await store.integrityProblems()
            #expect(problems.count == 20)
            #expect(problems[0] == "a row of deviceTag refers to a row of device that is not there")
        }
    }
}
