import Foundation
import GRDB
import TestSupport
import Testing
import WatchmanCore
import WatchmanSystem

@testable import WatchmanServer
@testable import WatchmanStore

@Suite struct JobRunnerTests {
    @Test func `a command runs on the server with its limits, and what it printed is kept`() async throws {
        let processes = FixedRunner(.success(Transcript(status: 0, output: Array("Linux\n".utf8))))
        try await JobFixture.with(processes) { jobs in
            try await jobs.add(Sample.job("a", command: ["uname", "-a", "--", "$(id)"], timeout: 90))
            let run = try await jobs.run("a")
            #expect(run.run.state == .succeeded && run.run.summary == "status 0" && run.run.endedAt == Sample.now)
            #expect(run.outputs == [Sample.output("server", "Linux\n")])
            #expect(
                processes.asked == [
                    FixedRunner.Asked(
                        command: Command("uname", ["-a", "--", "$(id)"]), limit: .seconds(90), count: 64 << 10)
                ])
        }
    }

    @Test(arguments: [
        (Transcript(status: 3), JobRunSummary.State.failed, "status 3"),
        (Transcript(status: 143), .failed, "status 143"),
        (Transcript(status: nil), .timedOut, "it took longer than 60 s"),
    ])
    func `how it ended is told`(transcript: Transcript, state: JobRunSummary.State, summary: String) async throws {
        try await JobFixture.with(FixedRunner(.success(transcript))) { jobs in
            try await jobs.add(Sample.job("a"))
            let run = try await jobs.run("a")
            #expect(run.run.state == state && run.run.summary == summary)
            #expect(run.outputs.map(\.isTimedOut) == [state == .timedOut])
        }
    }

    @Test func `a program that is not there fails the run and says so`() async throws {
        try await JobFixture.with(FixedRunner(.failure(WatchmanError(.unavailable, "x is not installed")))) { jobs in
            try await jobs.add(Sample.job("a"))
            let run = try await jobs.run("a")
            #expect(run.run.state == .failed && run.run.summary == "x is not installed")
            #expect(run.outputs.map(\.output) == ["x is not installed"] && run.outputs.map(\.status) == [nil])
        }
    }

    @Test func `what was too long says how much is left out`() async throws {
        let processes = FixedRunner(.success(Transcript(status: 0, output: [UInt8(ascii: "x")], dropped: 99)))
        try await JobFixture.with(processes) { jobs in
            try await jobs.add(Sample.job("a"))
            #expect(try await jobs.run("a").outputs.map(\.output) == ["... 99 bytes before this are left out\nx"])
        }
    }

    @Test func `a device that is offline is not reached, and no certificate is made for it`() async throws {
        try await JobFixture.with { jobs in
            _ = try await jobs.server.device(name: "edge-1")
            _ = try await jobs.server.device(name: "edge-2")
            _ = try await jobs.server.device(name: "tower")
            try await jobs.add(Sample.job("a", devices: "name=edge-*", concurrency: 1))
            let run = try await jobs.run("a")
            #expect(run.run.state == .failed && run.run.summary == "2 devices: 2 not reached")
            #expect(Set(run.outputs.map(\.name)) == ["edge-1", "edge-2"])
            #expect(run.outputs.allSatisfy { $0.output == "offline: never checked in" && $0.status == nil })
            let serial = try await jobs.store.issueCertificate(
                device: "x", keyID: "x", fingerprint: "x", actor: "local", now: Sample.now, expiresAt: Sample.now)
            #expect(serial == 1)
        }
    }

    @Test func `a choice that no device fits fails the run`() async throws {
        try await JobFixture.with { jobs in
            try await jobs.add(Sample.job("a", devices: "site=rome"))
            let run = try await jobs.run("a")
            #expect(run.run.state == .failed && run.run.summary == "no device fits site=rome" && run.outputs.isEmpty)
        }
    }

    @Test func `a job of watchman's own tells what it did, or why not`() async throws {
        let builtIns = [
            BuiltInJob(.prune, cron: "@daily") { _ in "3 removed" },
            BuiltInJob(.backup, cron: "@daily") { _ in throw WatchmanError(.exhausted, "the disk is full") },
            BuiltInJob(.rollup, cron: "@daily") { _ in throw CocoaError(.fileNoSuchFile) },
        ]
        try await JobFixture.with(builtIns: builtIns) { jobs in
            let pruned = try await jobs.run("prune").run
            #expect(pruned.state == .succeeded && pruned.summary == "3 removed")
            let failed = try await jobs.run("backup").run
            #expect(failed.state == .failed && failed.summary == "the disk is full")
            let broken = try await jobs.run("rollup").run
            #expect(broken.state == .failed && broken.summary == "the server met a fault: its log says more")
            try await jobs.store.ensureJob(.check, cron: "@daily", now: Sample.now)
            let unknown = try await jobs.run("check").run
            #expect(unknown.state == .failed && unknown.summary == "this server knows no job check")
        }
    }

    @Test func `the check finds a sound database sound and a broken one broken`() async throws {
        try await TemporaryFolder.with { folder in
            let check = BuiltInJob.check(try Store(path: "\(folder)/watchman.db"))
            #expect(try await check.body(Sample.now) == "the database is sound")
            var configuration = Configuration()
            configuration.foreignKeysEnabled = false
            let other = try DatabaseQueue(path: "\(folder)/watchman.db", configuration: configuration)
            try await other.write { db in try db.execute(sql: "INSERT INTO deviceTag VALUES ('nobody', 'x')") }
            try other.close()
            let error = await #expect(throws: WatchmanError.self) { try await check.body(Sample.now) }
            #expect(
                error?.message
                    == "the database is damaged: a row of deviceTag refers to a row of device that is not there")
        }
    }

    @Test func `a run that is cancelled is left for the scheduler to note`() async throws {
        let waits = BuiltInJob(.backup, cron: "@daily") { _ in
            try await Task.sleep(for: .seconds(3600))
            return ""
        }
        try await JobFixture.with(builtIns: [waits]) { jobs in
            let (job, run) = try await jobs.store.beginRun(job: "backup", actor: "local", now: Sample.now)
            let task = Task { await jobs.runner.run(job, run) }
            task.cancel()
            await task.value
            #expect(try await jobs.store.job("backup").lastRun?.state == .running)
            try await jobs.store.interruptRuns(now: Sample.now)
            #expect(try await jobs.store.job("backup").lastRun?.state == .interrupted)
        }
    }
}
