import Foundation
import HTTPTypes
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

@Suite struct JobEndpointTests {
    @Test func `a job is added, shown, changed, paused, run and removed`() async throws {
        try await ServerFixture.with { fixture in
            let added = try await fixture.admin(.post, "/api/v1/jobs", Sample.job("a", cron: "@daily"))
                .decode(JobSummary.self)
            #expect(added.schedule == "every day at 00:00" && added.createdBy == "local" && added.nextRunAt != nil)
            #expect(try await fixture.admin(.get, "/api/v1/jobs").decode(JobList.self).jobs == [added])
            #expect(try await fixture.admin(.get, "/api/v1/jobs/a").decode(JobSummary.self) == added)
            let changed = try await fixture.admin(.patch, "/api/v1/jobs/a", JobChange(cron: "@hourly"))
                .decode(JobSummary.self)
            #expect(changed.cron == "@hourly")
            #expect(
                try await fixture.admin(.post, "/api/v1/jobs/a/pause", Acknowledgement()).decode(JobSummary.self)
                    .isPaused)
            let run = try await fixture.admin(.post, "/api/v1/jobs/a/run", Acknowledgement())
                .decode(JobRunSummary.self)
            #expect(run.state == .running && run.cause == .manual && run.actor == "local")
            let again = try await fixture.admin(.post, "/api/v1/jobs/a/run", Acknowledgement())
            #expect(again.status == 409)
            #expect(
                try await fixture.admin(.post, "/api/v1/jobs/a/resume", Acknowledgement()).decode(JobSummary.self)
                    .lastRun == run)
            try await fixture.fleet.store.endRun(run.id, .succeeded, "", now: Date())
            #expect(try await fixture.admin(.delete, "/api/v1/jobs/a").status == 200)
            #expect(try await fixture.admin(.get, "/api/v1/jobs/a").status == 404)
        }
    }

    @Test func `a history and its outputs come page by page`() async throws {
        try await ServerFixture.with { fixture in
            let store = fixture.fleet.store
            _ = try await store.add(Sample.job("a"), actor: "local", now: Sample.now)
            for _ in 0..<3 {
                let run = try await store.beginRun(job: "a", actor: "local", now: Sample.now).run
                try await store.keep(Sample.output("dev", "<b>\n"), run: run.id)
                try await store.endRun(run.id, .succeeded, "", now: Sample.now)
            }
            let first = try await fixture.admin(.get, "/api/v1/jobs/a/runs?limit=2").decode(JobRunList.self)
            #expect(first.runs.map(\.id) == [3, 2] && first.next == 2)
            let second = try await fixture.admin(.get, "/api/v1/jobs/a/runs?after=2").decode(JobRunList.self)
            #expect(second.runs.map(\.id) == [1] && second.next == nil)
            let detail = try await fixture.admin(.get, "/api/v1/jobs/a/runs/3").decode(JobRunDetail.self)
            #expect(detail.outputs == [Sample.output("dev", "<b>\n")] && detail.run.id == 3)
            let after = try await fixture.admin(.get, "/api/v1/jobs/a/runs/3?after=dev").decode(JobRunDetail.self)
            #expect(after.outputs.isEmpty)
        }
    }

    @Test(arguments: [
        ("/api/v1/jobs/b", 404), ("/api/v1/jobs/a/runs/1", 404), ("/api/v1/jobs/a/runs/x", 404),
        ("/api/v1/jobs/a/runs/-1", 404), ("/api/v1/jobs/a/runs/99999999999999999999", 404),
        ("/api/v1/jobs/b/runs", 404),
        ("/api/v1/jobs/a/runs?limit=0", 400), ("/api/v1/jobs/a/runs?limit=101", 400),
        ("/api/v1/jobs/a/runs?limit=x", 400),
        ("/api/v1/jobs/a/runs?after=", 400), ("/api/v1/jobs/a/runs?after=1%3BDROP", 400),
        ("/api/v1/jobs/a/runs/1?after=%00", 400), ("/api/v1/jobs/a/runs/1?nonsense=1", 400),
    ])
    func `what is not there or cannot be is refused`(path: String, status: Int) async throws {
        try await ServerFixture.with { fixture in
            _ = try await fixture.fleet.store.add(Sample.job("a"), actor: "local", now: Sample.now)
            let answer = try await fixture.admin(.get, path)
            #expect(answer.status == status && answer.error != nil)
        }
    }

    @Test(arguments: ["", "{}", "[]", #"{"name":"a"}"#, #"{"name":1,"cron":"* * * * *"}"#, "\u{0}"])
    func `a body that does not fit adds nothing`(body: String) async throws {
        try await ServerFixture.with { fixture in
            let answer = try await fixture.call(.post, "/api/v1/jobs", bytes: Array(body.utf8))
            #expect((400...499).contains(answer.status))
            #expect(try await fixture.fleet.store.jobs().isEmpty)
        }
    }
}
