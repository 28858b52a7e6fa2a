import Foundation
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

@Suite struct JobPageTests {
    private static let form = [
        "name": "update", "cron": "15 3 * * *", "timeZone": "UTC", "devices": "site=berlin",
        "command": "apt-get update &&\r\napt-get -qy upgrade", "timeout": "300",
    ]

    @Test func `a job is added, shown, run, paused, resumed and removed`() async throws {
        try await ServerFixture.with { fixture in
            let browser = try await fixture.browser(.admin)
            let added = try await browser.post("/jobs", Self.form)
            #expect(added.status == 303)
            let path = try #require(added.location)
            let job = try await fixture.fleet.store.job("update").job
            #expect(path == "/jobs/\(job.id)" && job.command == ["apt-get update &&\napt-get -qy upgrade"])
            let shown = try await browser.get(path).text
            for part in ["site&#61;berlin", "15 3 * * *", "user:alice", "It has not run yet", "5 min"] {
                #expect(shown.contains(part), "\(part)")
            }
            #expect(try await browser.post("\(path)/pause").location == path)
            #expect(try await browser.get("/jobs").text.contains("\(path)/resume"))
            #expect(try await browser.post("\(path)/resume").status == 303)
            #expect(try await browser.post("\(path)/run").status == 303)
            let running = try await browser.get(path).text
            #expect(
                running.contains(">running<") && running.contains("for user:alice") && running.contains(" disabled"))
            let twice = try await browser.post("\(path)/run")
            #expect(twice.status == 409 && twice.text.contains("role=\"alert\""))
            #expect(try await browser.post("\(path)/remove").status == 409, "it runs")
            let run = try #require(try await fixture.fleet.store.jobRuns(job.id, limit: 1).runs.first)
            let now = Date()
            let output = JobOutput(
                target: "server", name: "server", status: 3, isTimedOut: false, output: "<pre>\ndone", startedAt: now,
                endedAt: now + 2)
            try await fixture.fleet.store.keep(output, run: run.id)
            let printed = try await browser.get("\(path)/runs/\(run.id)").text
            #expect(printed.contains("status 3") && printed.contains("&lt;pre&gt;\ndone</pre>"))
            #expect(try await browser.get("\(path)/runs/999").status == 404)
            #expect(try await browser.get("\(path)/runs/x").status == 404)
        }
    }

    @Test func `without devices the server's own shell reads the command`() async throws {
        try await ServerFixture.with { fixture in
            let form = Self.form.merging(["devices": "", "command": "df -h | tail -1"]) { $1 }
            _ = try await fixture.browser(.admin).post("/jobs", form)
            let job = try await fixture.fleet.store.job("update").job
            #expect(job.command == ["/bin/sh", "-c", "df -h | tail -1"] && job.selector == nil)
        }
    }

    @Test(arguments: [
        ("name", "Up Date"), ("cron", "99 * * * *"), ("timeZone", "Mars/Base"), ("devices", "$(x)"),
        ("command", " "), ("timeout", "soon"), ("timeout", "0"),
    ])
    func `what cannot be is told, and what was typed is still there`(field: String, value: String) async throws {
        try await ServerFixture.with { fixture in
            let answer = try await fixture.browser(.admin).post("/jobs", Self.form.merging([field: value]) { $1 })
            #expect(answer.status == 400 && answer.text.contains("role=\"alert\""))
            if field != "cron" { #expect(answer.text.contains("value=\"15 3 * * *\"")) }
            #expect(try await fixture.fleet.store.jobs().isEmpty)
        }
    }

    @Test func `viewers see when jobs run, and not what they print`() async throws {
        try await ServerFixture.with { fixture in
            let path = try #require(try await fixture.browser(.admin, name: "bob").post("/jobs", Self.form).location)
            _ = try await fixture.fleet.runJob("update", actor: "user:bob", now: Date())
            let browser = try await fixture.browser(.viewer)
            let list = try await browser.get("/jobs").text
            #expect(list.contains("update") && !list.contains("method=\"post\" action=\"/jobs"))
            let job = try await browser.get(path).text
            #expect(job.contains("for user:bob") && !job.contains("/runs/"))
        }
    }
}
