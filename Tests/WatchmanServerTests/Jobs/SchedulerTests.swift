import Foundation
import GRDB
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// The scheduler with a clock in the test's hand.
@Suite struct SchedulerTests {
    /// 14:13:20 UTC; the jobs of these tests come every ten minutes: 14:20, 14:30 ...
    private static let now = Sample.now
    private static let first = Sample.now + 400

    /// Looks, and ends what it finds at once.
    private static func look(_ jobs: JobFixture, at moment: Date) async throws -> [String] {
        let runs = await jobs.scheduler.look(now: moment)
        for (_, run) in runs { try await jobs.store.endRun(run.id, .succeeded, "", now: moment) }
        return runs.map { "\($0.job.name) \($0.run.cause.rawValue)" }
    }

    @Test func `a job runs at its moments and at no other`() async throws {
        try await JobFixture.with { jobs in
            try await jobs.add(Sample.job("a"))
            var runs: [TimeInterval] = []
            for second in 0..<1900 {
                if try await Self.look(jobs, at: Self.now + TimeInterval(second)) == ["a schedule"] {
                    runs.append(TimeInterval(second))
                }
            }
            #expect(runs == [400, 1000, 1600])
            #expect(try await jobs.store.job("a").job.nextRunAt == Self.first + 1800)
        }
    }

    @Test func `each run is given out once`() async throws {
        try await JobFixture.with { jobs in
            try await jobs.add(Sample.job("a"))
            try await jobs.add(Sample.job("b"))
            let runs = await jobs.scheduler.look(now: Self.first)
            #expect(runs.map(\.job.name) == ["a", "b"])
            #expect(await jobs.scheduler.look(now: Self.first).isEmpty)
            _ = try await jobs.server.fleet.changeJob("b", JobChange(missed: .run), actor: "local", now: Self.first)
            #expect(await jobs.scheduler.look(now: Self.first + 1).isEmpty)
        }
    }

    @Test func `a moment that comes while the job runs is skipped, and the next is not`() async throws {
        try await JobFixture.with { jobs in
            try await jobs.add(Sample.job("a"))
            let run = try #require(await jobs.scheduler.look(now: Self.first).first).run
            #expect(await jobs.scheduler.look(now: Self.first + 600).isEmpty)
            try await jobs.store.endRun(run.id, .succeeded, "", now: Self.first + 700)
            #expect(try await Self.look(jobs, at: Self.first + 1200) == ["a schedule"])
            let states = try await jobs.store.jobRuns("a", limit: 9).runs.map(\.state)
            #expect(states == [.succeeded, .skipped, .succeeded])
        }
    }

    @Test func `what someone asks for runs beside the plan, even while the job is paused`() async throws {
        try await JobFixture.with { jobs in
            try await jobs.add(Sample.job("a"))
            let fleet = jobs.server.fleet
            _ = try await fleet.pauseJob("a", true, actor: "local", now: Self.now)
            let asked = try await fleet.runJob("a", actor: "user:ann", now: Self.now)
            let runs = await jobs.scheduler.look(now: Self.now)
            #expect(runs.map(\.run.summary) == [asked])
            try await jobs.store.endRun(asked.id, .succeeded, "", now: Self.now)
            #expect(try await Self.look(jobs, at: Self.first).isEmpty)
            _ = try await fleet.pauseJob("a", false, actor: "local", now: Self.first + 1)
            #expect(try await jobs.store.job("a").job.nextRunAt == Self.first + 600)
        }
    }

    @Test(arguments: [(MissedPolicy.skip, [] as [String]), (.run, ["a missed"])])
    func `after a year away a job runs once or not at all, and then as planned`(
        missed: MissedPolicy, runs: [String]
    ) async throws {
        try await JobFixture.with { jobs in
            try await jobs.add(Sample.job("a", missed: missed))
            let later = Self.first + 365 * 86400 + 300
            #expect(try await Self.look(jobs, at: later) == runs)
            #expect(try await Self.look(jobs, at: later + 1).isEmpty)
            #expect(try await jobs.store.job("a").job.nextRunAt == Self.first + 365 * 86400 + 600)
            let history = try await jobs.store.jobRuns("a", limit: 9).runs
            #expect(history.count == 1 && history[0].cause == .missed)
            if missed == .skip {
                #expect(history[0].state == .skipped)
                #expect(history[0].summary == "it was due at 2026-09-21T14:20:00Z, when the server was not there")
            }
        }
    }

    @Test func `a clock that jumps back and forth makes no job run twice`() async throws {
        try await JobFixture.with { jobs in
            try await jobs.add(Sample.job("a", cron: "0 15 * * *"))
            let three = Self.now + 2800
            var runs: [String] = []
            for jump in [0, -600, 0, -7200, 0, 30, -3600, 0] as [TimeInterval] {
                runs += try await Self.look(jobs, at: three + jump)
            }
            #expect(runs == ["a schedule"])
            #expect(try await jobs.store.job("a").job.nextRunAt == three + 86400)
        }
    }

    @Test func `a plan of a clock that was years ahead is dropped`() async throws {
        try await JobFixture.with { jobs in
            let ahead = Self.now + 20 * 365 * 86400
            try await jobs.add(Sample.job("a"), now: ahead)
            #expect(try await Self.look(jobs, at: ahead).isEmpty)
            #expect(try await Self.look(jobs, at: Self.now).isEmpty)
            #expect(try await jobs.store.job("a").job.nextRunAt == Self.first)
            #expect(try await Self.look(jobs, at: Self.first) == ["a schedule"])
        }
    }

    @Test func `a new server ends what a dead one left, and keeps its plan`() async throws {
        try await JobFixture.with(
            builtIns: [BuiltInJob(.check, cron: "30 4 * * 0") { _ in "" }], now: Self.first + 10,
            before: { store in
                for name in ["a", "b"] { _ = try await store.add(Sample.job(name), actor: "local", now: Self.now) }
                _ = try await store.beginRun(job: "a", actor: "local", now: Self.now)
            }
        ) { jobs in
            #expect(try await jobs.store.job("a").lastRun?.state == .interrupted)
            #expect(try await Self.look(jobs, at: Self.first + 10) == ["a schedule", "b schedule"])
            let own = try await jobs.store.job("check").job
            #expect(own.kind == .check && own.cron == "30 4 * * 0" && own.nextRunAt != nil)
        }
    }

    @Test func `a job whose zone is gone stops alone, until it is changed`() async throws {
        try await JobFixture.with { jobs in
            try await jobs.add(Sample.job("a"))
            try await jobs.add(Sample.job("b"))
            try await jobs.store.write { db in
                try db.execute(sql: "UPDATE job SET timeZone = 'Mars/Base' WHERE name = 'a'")
            }
            #expect(try await Self.look(jobs, at: Self.first) == ["b schedule"])
            #expect(try await jobs.store.job("a").job.nextRunAt == nil)
            _ = try await jobs.server.fleet.changeJob(
                "a", JobChange(timeZone: "UTC"), actor: "local", now: Self.first + 1)
            #expect(try await Self.look(jobs, at: Self.first + 600) == ["a schedule", "b schedule"])
        }
    }

    @Test func `pages hear of every step`() async throws {
        try await JobFixture.with { jobs in
            var changes = jobs.server.fleet.changes.listen().makeAsyncIterator()
            try await jobs.add(Sample.job("a"))
            let id = try await jobs.store.job("a").job.id
            #expect(await changes.next() == .job(id))
            _ = await jobs.scheduler.look(now: Self.first)
            #expect(await changes.next() == .job(id))
            _ = try await jobs.server.fleet.pauseJob("a", true, actor: "local", now: Self.first)
            #expect(await changes.next() == .job(id))
        }
    }
}
