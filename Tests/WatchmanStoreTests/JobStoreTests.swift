import Foundation
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanStore

@Suite struct JobStoreTests {
    /// 2026-09-21 14:13:20 UTC, a Monday.
    private static let now = Sample.now

    @Test func `a job is kept as it was asked for, and planned`() async throws {
        let store = try Store.inMemory()
        let request = Sample.job("update", cron: "15 3 * * *", timeZone: "Europe/Berlin", devices: "site=berlin")
        let added = try await store.add(request, actor: "local", now: Self.now)
        let (job, lastRun) = try await store.job("update")
        #expect(job == added && lastRun == nil)
        #expect(job.kind == .command && job.command == ["uname", "-a"] && job.selector == "site=berlin")
        #expect(job.nextRunAt == (try Date("2026-09-22T01:15:00Z", strategy: .iso8601)))
        #expect(try await store.job(job.id).job == job, "its id leads to it, too")
        let fixture = try await StoreFixture(store: store)
        #expect(
            try await fixture.audit(job.id) == [
                #"local job.add update 15 3 * * * Europe/Berlin on site=berlin: ["uname", "-a"]"#
            ])
    }

    @Test(arguments: [
        (Sample.job("Update"), "job name 'Update' is not allowed: use 1 to 63 of a-z, 0-9 and inner '-'"),
        (Sample.job("a/../b"), "job name 'a/../b' is not allowed: use 1 to 63 of a-z, 0-9 and inner '-'"),
        (Sample.job(cron: "* * *"), "a schedule has 5 fields, not 3: minute, hour, day of month, month, day of week"),
        (Sample.job(cron: "0 0 31 6 *"), "the schedule '0 0 31 6 *' never comes: no such month has such a day"),
        (
            Sample.job(timeZone: "Mars/Base"),
            "the time zone 'Mars/Base' is not known: write UTC or a name such as Europe/Berlin"
        ),
        (Sample.job(jitter: -1), "a job's jitter is at most 24 hours"),
        (Sample.job(jitter: 86401), "a job's jitter is at most 24 hours"),
        (Sample.job(timeout: 0), "a job's timeout is 1 second to 24 hours"),
        (Sample.job(timeout: .max), "a job's timeout is 1 second to 24 hours"),
        (Sample.job(concurrency: 0), "a job runs on 1 to 100 devices at the same time"),
        (Sample.job(concurrency: 101), "a job runs on 1 to 100 devices at the same time"),
        (Sample.job(command: []), "a job needs a command"), (Sample.job(command: [""]), "a job needs a command"),
        (Sample.job(command: ["a", "b\0c"]), "a job's command holds a zero byte"),
        (
            Sample.job(command: ["a", String(repeating: "x", count: 16384)]), "a job's command is longer than 16 KiB"
        ),
        (
            Sample.job(devices: "a b"),
            "'a b' chooses no devices: write all, a tag such as site=berlin, or name=edge-*"
        ),
    ])
    func `what cannot be is refused, and nothing is kept`(request: JobRequest, message: String) async throws {
        let store = try Store.inMemory()
        let error = await #expect(throws: WatchmanError.self) {
            try await store.add(request, actor: "local", now: Self.now)
        }
        #expect(error == WatchmanError(.invalid, message))
        #expect(try await store.jobs().isEmpty)
    }

    @Test(arguments: JobKind.allCases) func `the names of watchman's own jobs are kept for them`(kind: JobKind)
        async throws
    {
        let error = await #expect(throws: WatchmanError.self) {
            try await Store.inMemory().add(Sample.job(kind.rawValue), actor: "local", now: Self.now)
        }
        #expect(error == WatchmanError(.conflict, "the name \(kind.rawValue) is kept for a job of watchman's own"))
    }

    @Test func `a name is given once`() async throws {
        let store = try Store.inMemory()
        _ = try await store.add(Sample.job("a"), actor: "local", now: Self.now)
        let error = await #expect(throws: WatchmanError.self) {
            try await store.add(Sample.job("a"), actor: "local", now: Self.now)
        }
        #expect(error == WatchmanError(.conflict, "the name a is taken"))
    }

    @Test func `jitter is by chance and has its limit`() async throws {
        let store = try Store.inMemory()
        let job = try await store.add(Sample.job(cron: "0 15 * * *", jitter: 30), actor: "local", now: Self.now)
        let moment = try job.moment(after: Self.now)
        let planned = try (0..<500).map { _ in try job.plannedRun(after: Self.now).timeIntervalSince(moment) }
        #expect(planned.allSatisfy { (0...30).contains($0) && $0 == $0.rounded() })
        #expect(Set(planned).count > 5)
    }

    @Test func `a change keeps what it does not name`() async throws {
        let store = try Store.inMemory()
        var job = try await store.add(Sample.job("a"), actor: "local", now: Self.now)
        let change = JobChange(cron: "0 5 * * *", missed: .run)
        let changed = try await store.change(job: "a", change, actor: "key:x", now: Self.now)
        (job.cron, job.missed) = ("0 5 * * *", .run)
        job.nextRunAt = try Date("2026-09-22T05:00:00Z", strategy: .iso8601)
        #expect(changed == job)
        #expect(try await store.job("a").job == job)
        for wrong in [JobChange(cron: "x"), JobChange(timeZone: "x"), JobChange(jitter: -1), JobChange(timeout: 0)] {
            await #expect(throws: WatchmanError.self) {
                try await store.change(job: "a", wrong, actor: "local", now: Self.now)
            }
        }
        #expect(try await store.job("a").job == job)
        let fixture = try await StoreFixture(store: store)
        #expect(
            try await fixture.audit(job.id).last == #"key:x job.change a {"cron":"0 5 * * *","missed":"run"}"#)
    }

    @Test func `a paused job has no next moment until it is resumed`() async throws {
        let store = try Store.inMemory()
        let job = try await store.add(Sample.job("a", cron: "@daily"), actor: "local", now: Self.now)
        let paused = try await store.setPaused(true, job: "a", actor: "local", now: Self.now)
        #expect(paused.isPaused && paused.nextRunAt == nil)
        let changed = try await store.change(job: "a", JobChange(cron: "@hourly"), actor: "local", now: Self.now)
        #expect(changed.isPaused && changed.nextRunAt == nil)
        _ = try await store.setPaused(true, job: "a", actor: "local", now: Self.now)
        let resumed = try await store.setPaused(false, job: "a", actor: "local", now: Self.now + 86400)
        #expect(resumed.nextRunAt == (try Date("2026-09-22T15:00:00Z", strategy: .iso8601)))
        let fixture = try await StoreFixture(store: store)
        #expect(
            try await fixture.audit(job.id).suffix(3).map { $0.split(separator: " ")[1] } == [
                "job.pause", "job.change", "job.resume",
            ])
    }

    @Test func `a removed job takes its history along; one that runs or is watchman's own stays`() async throws {
        let store = try Store.inMemory()
        try await store.ensureJob(.check, cron: "@daily", now: Self.now)
        let own = await #expect(throws: WatchmanError.self) {
            try await store.remove(job: "check", actor: "local", now: Self.now)
        }
        #expect(
            own
                == WatchmanError(
                    .conflict, "the job check is part of watchman", hint: "watchman admin jobs pause check"))
        _ = try await store.add(Sample.job("a"), actor: "local", now: Self.now)
        let run = try await store.beginRun(job: "a", actor: "local", now: Self.now).run
        let running = await #expect(throws: WatchmanError.self) {
            try await store.remove(job: "a", actor: "local", now: Self.now)
        }
        #expect(running?.code == .conflict && running?.message == "the job a runs now")
        try await store.keep(Sample.output(), run: run.id)
        try await store.endRun(run.id, .succeeded, "", now: Self.now)
        _ = try await store.remove(job: "a", actor: "local", now: Self.now)
        let fixture = try await StoreFixture(store: store)
        #expect(try await fixture.count("SELECT (SELECT count(*) FROM jobRun) + (SELECT count(*) FROM jobOutput)") == 0)
        #expect(try await store.jobs().map(\.job.name) == ["check"])
    }

    @Test func `a job of watchman's own is made once, and stays as an admin left it`() async throws {
        let store = try Store.inMemory()
        try await store.ensureJob(.backup, cron: "0 2 * * *", now: Self.now)
        _ = try await store.change(job: "backup", JobChange(cron: "0 7 * * *"), actor: "local", now: Self.now)
        _ = try await store.setPaused(true, job: "backup", actor: "local", now: Self.now)
        try await store.ensureJob(.backup, cron: "0 3 * * *", now: Self.now)
        let jobs = try await store.jobs().map(\.job)
        #expect(jobs.map(\.cron) == ["0 7 * * *"] && jobs.allSatisfy(\.isPaused))
        #expect(jobs[0].createdBy == "watchman" && jobs[0].command == nil)
    }

    @Test(arguments: ["b", "", "a'; DROP TABLE job; --", "\u{1b}[31m", String(repeating: "a", count: 100_000)])
    func `a job that is not there is named, harmlessly`(name: String) async throws {
        let store = try Store.inMemory()
        _ = try await store.add(Sample.job("a"), actor: "local", now: Self.now)
        let error = await #expect(throws: WatchmanError.self) { try await store.job(name) }
        #expect(error?.code == .notFound && error?.hint == "watchman admin jobs list")
        #expect((error?.message.utf8.count ?? 1000) < 80)
    }

    @Test(arguments: [
        ("all", "attic edge-1 edge-2 tower"), ("name=edge-*", "edge-1 edge-2"), ("name=tower", "tower"),
        ("name=Tower", ""), ("site=berlin", "edge-1 tower"), ("site=*", "attic edge-1 tower"),
        ("site=berlin+arm", "edge-1"), ("arm,name=attic", "attic edge-1 edge-2"), ("site=berlin+name=edge-*", "edge-1"),
        ("nothing", ""), ("arm+nothing,name=t*", "tower"), ("all+arm", "edge-1 edge-2"), ("name=*-1+all", "edge-1"),
        ("name=", ""), ("*", "attic edge-1 edge-2 tower"),
    ])
    func `a choice finds its devices`(text: String, names: String) async throws {
        let fixture = try await StoreFixture()
        for (name, tags) in [
            ("tower", ["site=berlin"]), ("edge-1", ["site=berlin", "arm"]), ("edge-2", ["arm"]),
            ("attic", ["site=rome"]),
        ] {
            try await fixture.register(try await fixture.token(tags: tags), name: name)
        }
        let found = try await fixture.store.devices(try DeviceSelector(text))
        #expect(found.map(\.name).joined(separator: " ") == names)
        #expect(Set(found.map(\.id)).count == found.count)
    }
}
