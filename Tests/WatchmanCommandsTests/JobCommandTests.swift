import ArgumentParser
import Foundation
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanCommands

@Suite struct JobCommandTests {
    private static func run(_ state: JobRunSummary.State = .succeeded, _ summary: String = "status 0") -> JobRunSummary
    {
        JobRunSummary(
            id: 7, cause: .schedule, actor: "job:update", state: state, summary: summary,
            startedAt: CommandSamples.now - 3600, endedAt: state == .running ? nil : CommandSamples.now - 3540)
    }

    private static func job(lastRun: JobRunSummary? = run(), isPaused: Bool = false) -> JobSummary {
        JobSummary(
            id: "abcdefgh23", name: "update", kind: .command, cron: "15 3 * * *", schedule: "every day at 03:15",
            timeZone: "Europe/Berlin", jitter: 300, missed: .run, devices: "site=berlin", command: ["apt", "update"],
            timeout: 600, concurrency: 10, isPaused: isPaused, nextRunAt: isPaused ? nil : CommandSamples.now + 3600,
            lastRun: lastRun, createdAt: CommandSamples.now - 86400, createdBy: "user:ann")
    }

    private static func output(_ name: String, _ text: String, status: Int? = 0, isTimedOut: Bool = false) -> JobOutput
    {
        JobOutput(
            target: name, name: name, status: status, isTimedOut: isTimedOut, output: text,
            startedAt: CommandSamples.now, endedAt: CommandSamples.now)
    }

    private static func flat(_ value: some Encodable) throws -> String {
        String(decoding: try WireJSON.encode(value), as: UTF8.self)
    }

    @Test func `the JSON of a list and of a job`() throws {
        let job = """
            {"command":["apt","update"],"concurrency":10,"createdAt":"2026-09-20T14:13:20Z","createdBy":"user:ann",\
            "cron":"15 3 * * *","devices":"site=berlin","id":"abcdefgh23","isPaused":false,"jitter":300,"kind":"command",\
            "lastRun":{"actor":"job:update","cause":"schedule","endedAt":"2026-09-21T13:14:20Z","id":7,\
            "startedAt":"2026-09-21T13:13:20Z","state":"succeeded","summary":"status 0"},"missed":"run","name":"update",\
            "nextRunAt":"2026-09-21T15:13:20Z","schedule":"every day at 03:15","timeZone":"Europe/Berlin","timeout":600}
            """
        #expect(try Self.flat(Self.job()) == job)
        #expect(try Self.flat(JobList(jobs: [Self.job()])) == "{\"jobs\":[\(job)]}")
    }

    @Test func `the JSON of a history and of a run`() throws {
        let run = """
            {"actor":"job:update","cause":"schedule","endedAt":"2026-09-21T13:14:20Z","id":7,\
            "startedAt":"2026-09-21T13:13:20Z","state":"timed-out","summary":"1 device: 1 timed out"}
            """
        let summary = Self.run(.timedOut, "1 device: 1 timed out")
        #expect(try Self.flat(JobRunList(runs: [summary], next: 7)) == "{\"next\":7,\"runs\":[\(run)]}")
        let detail = JobRunDetail(
            run: summary, outputs: [Self.output("edge-1", "x\n", status: nil, isTimedOut: true)], next: nil)
        #expect(
            try Self.flat(detail) == """
                {"outputs":[{"endedAt":"2026-09-21T14:13:20Z","isTimedOut":true,"name":"edge-1","output":"x\\n",\
                "startedAt":"2026-09-21T14:13:20Z","target":"edge-1"}],"run":\(run)}
                """)
    }

    @Test func `a list`() {
        var check = Self.job(lastRun: nil, isPaused: true)
        (check.name, check.schedule, check.timeZone, check.devices) = ("check", "every Sunday at 04:30", "UTC", nil)
        #expect(
            Watchman.JobsList.table([check, Self.job()], now: CommandSamples.now) == [
                "NAME    SCHEDULE               ZONE           RUNS ON      NEXT RUN                 LAST RUN",
                "check   every Sunday at 04:30  UTC            server       paused                   -",
                "update  every day at 03:15     Europe/Berlin  site=berlin  2026-09-21 15:13:20 UTC  succeeded 1 h ago",
            ])
    }

    @Test func `a job`() {
        #expect(
            Watchman.JobsShow.lines(Self.job(), now: CommandSamples.now) == [
                "name:        update", "schedule:    every day at 03:15, Europe/Berlin", "cron:        15 3 * * *",
                "jitter:      5m", "missed runs: run", "runs on:     site=berlin", "command:     apt update",
                "timeout:     10m", "concurrency: 10", "next run:    2026-09-21 15:13:20 UTC",
                "last run:    succeeded 1 h ago: status 0", "added:       2026-09-20 14:13:20 UTC by user:ann",
            ])
    }

    @Test func `a history`() {
        #expect(
            Watchman.JobsHistory.table([Self.run(.running, ""), Self.run(.failed, "status 3\u{1b}[31m")]) == [
                "RUN  STARTED                  TOOK   WHY       BY          STATE    SUMMARY",
                "7    2026-09-21 13:13:20 UTC  -      schedule  job:update  running  ",
                "7    2026-09-21 13:13:20 UTC  1 min  schedule  job:update  failed   status 3[31m",
            ])
    }

    @Test func `what devices printed stands under their names, and steers no terminal`() {
        let detail = JobRunDetail(
            run: Self.run(),
            outputs: [
                Self.output("edge-2", "", status: nil), Self.output("edge-1", "a\n\nb\u{1b}]0;x\u{7}\n", status: 3),
                Self.output("edge-3", "c", status: nil, isTimedOut: true),
            ], next: nil)
        #expect(
            Watchman.JobsOutput.lines(detail) == [
                "== edge-1: status 3", "a", "", "b]0;x", "== edge-2: not reached", "== edge-3: timed out", "c",
            ])
        let server = JobRunDetail(run: Self.run(), outputs: [Self.output("server", "a\nb\n")], next: nil)
        #expect(Watchman.JobsOutput.lines(server) == ["a", "b"])
    }

    @Test func `what follows -- is the command, whatever it looks like`() throws {
        let add = try #require(
            try Watchman.parseAsRoot([
                "admin", "jobs", "add", "a", "--cron", "@daily", "--jitter", "5m", "--missed", "run", "--", "ls",
                "--cron",
                "-x", "--",
            ]) as? Watchman.JobsAdd)
        #expect(add.command == ["ls", "--cron", "-x", "--"] && add.cron == "@daily")
        #expect(add.times.jitter?.seconds == 300 && add.times.missed == .run && add.times.timeout == nil)
    }

    @Test(arguments: [
        ["add", "a", "--", "ls"], ["add", "a", "--cron", "@daily"], ["add", "--cron", "@daily", "--", "ls"],
        ["add", "a", "--cron", "@daily", "ls"], ["add", "a", "--cron", "@daily", "--jitter", "5", "--", "ls"],
        ["add", "a", "--cron", "@daily", "--missed", "never", "--", "ls"], ["run"], ["run", "-x"], ["change", "a"],
        ["output", "a", "x"],
        ["history", "a", "--limit", "x"],
    ])
    func `wrong usage`(arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try Watchman.parseAsRoot(["admin", "jobs"] + arguments) }
        #expect(error.map { Watchman.exitCode(for: $0).rawValue } == 64)
    }

    @Test(arguments: ReferenceTests.hostile) func `what cannot be a job gets into no path`(text: String) throws {
        var job = try JobArgument.parse(["a"])
        job.name = text
        let error = #expect(throws: WatchmanError.self) { try job.path() }
        #expect(error?.code == .notFound && error?.hint == "watchman admin jobs list")
        #expect(error?.message.utf8.contains { $0 < 0x20 } == false)
    }

    @Test(arguments: [
        ("0s", 0), ("90s", 90), ("5m", 300), ("2h", 7200), ("1d", 86400), ("007m", 420), ("9999999d", 863_999_913_600),
    ])
    func `a span of time`(text: String, seconds: Int) {
        #expect(TimeSpan(argument: text)?.seconds == seconds)
    }

    @Test(arguments: ["", "s", "5", "-5m", "1.5h", "5 m", "5m ", "m5", "5M", "\u{661}m", "5m\u{301}", "99999999d"])
    func `anything else is no span`(text: String) {
        #expect(TimeSpan(argument: text)?.seconds == nil)
    }

    @Test(arguments: [(0, "0s"), (59, "59s"), (60, "1m"), (90, "90s"), (7200, "2h"), (86400, "1d"), (90000, "25h")])
    func `a span is shown in its largest whole unit`(seconds: Int, text: String) {
        #expect(TimeSpan(seconds: seconds).text == text)
    }
}
