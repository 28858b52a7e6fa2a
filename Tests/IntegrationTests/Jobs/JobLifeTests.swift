import Foundation
import Glibc
import Testing
import WatchmanClient
import WatchmanCore
import WatchmanSystem

/// Jobs of servers that stop, die and come back.
@Suite(.logs)
struct JobLifeTests {
    private static func add(_ server: ServerFixture, _ name: String, _ options: String..., command: [String])
        async throws
    {
        let result = try await server.start(
            ["admin", "jobs", "add", name, "--cron", "@yearly"] + options + ["--"] + command
        ).wait()
        #expect(result.status == 0, "\(result.errorText)")
    }

    private static func runs(_ server: ServerFixture, _ name: String) async throws -> [JobRunSummary] {
        let page: JobRunList = try await server.api { try await $0.get("/api/v1/jobs/\(name)/runs") }
        return page.runs
    }

    /// Starts a job that would take five minutes; its processes name `mark` on their command lines.
    private static func startLongJob(_ server: ServerFixture, _ mark: String) async throws {
        try await self.add(server, "long", command: ["sh", "-c", "sleep 300; :", mark])
        #expect(try await server.watchman("admin", "jobs", "run", "long", "--no-wait").status == 0)
        try await Wait.until("the job to run") { !Machine.processes(mentioning: mark).isEmpty }
    }

    /// A moment as the database writes it.
    private static func plan(_ server: ServerFixture, _ name: String, _ moment: Date) throws {
        let text = moment.formatted(.iso8601).replacing("T", with: " ").replacing("Z", with: ".000")
        try server.edit("UPDATE job SET nextRunAt = '\(text)' WHERE name = '\(name)'")
    }

    @Test func `a run that is going on when the server is killed is noted as interrupted`() async throws {
        try await ServerFixture.with { server in
            let mark = "\(server.folder)/killed"
            try await Self.startLongJob(server, mark)
            let program = try server.program()
            program.signal(SIGKILL)
            _ = try await program.wait()
            try await server.start()
            let run = try #require(try await Self.runs(server, "long").first)
            #expect(run.state == .interrupted && run.summary == "the server ended before it did" && run.endedAt != nil)
            #expect(
                try await server.watchman("admin", "jobs", "run", "long", "--no-wait").status == 0, "it can run again")
            let shown = try await server.watchman("admin", "jobs", "history", "long")
            #expect(
                shown.lines.count == 3 && shown.lines[1].contains("running") && shown.lines[2].contains("interrupted"))
        }
    }

    @Test func `SIGTERM ends the programs of jobs at once, with a device's ssh, and notes them as interrupted`()
        async throws
    {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.online(server, "edge-1")
            let mark = "\(server.folder)/stopped"
            try await Self.startLongJob(server, mark)
            try await Self.add(server, "remote", "--devices", "all", command: ["sleep", "300"])
            _ = try await server.watchman("admin", "jobs", "run", "remote", "--no-wait")
            try await Wait.until("ssh to run") { !Machine.processes(mentioning: "\(server.state)/jobs/").isEmpty }
            try await Wait.until("ssh to be let in") { device.sshd.log.contains("job:remote") }
            let begin = ContinuousClock.now
            #expect(try await server.stop().status == 0)
            #expect(ContinuousClock.now - begin < .seconds(3))
            #expect(Machine.processes(mentioning: mark).isEmpty)
            #expect(Machine.processes(mentioning: "\(server.state)/jobs/").isEmpty)
            #expect(try server.query("SELECT state FROM jobRun") == ["interrupted", "interrupted"])
            let left = try FileManager.default.contentsOfDirectory(atPath: "\(server.state)/jobs")
            #expect(left.isEmpty, "no key outlives its run")
        }
    }

    @Test func `a job runs when its moment comes`() async throws {
        try await ServerFixture.with { server in
            try await Self.add(server, "due", command: ["echo", "now"])
            _ = try await server.stop()
            try Self.plan(server, "due", Date() + 2)
            try await server.start()
            try await Wait.until("the job to have run") {
                try await Self.runs(server, "due").first?.state == .succeeded
            }
            let run = try #require(try await Self.runs(server, "due").first)
            #expect(run.cause == .schedule && run.actor == "job:due")
            #expect(try await server.watchman("admin", "jobs", "output", "due").text == "now\n")
            let job: JobSummary = try await server.api { try await $0.get("/api/v1/jobs/due") }
            #expect(job.nextRunAt ?? .distantPast > Date() + 60, "planned for next year")
        }
    }

    @Test func `what was missed runs once or not at all, as the job says`() async throws {
        try await ServerFixture.with { server in
            try await Self.add(server, "skips", command: ["true"])
            try await Self.add(server, "catches-up", "--missed", "run", command: ["true"])
            _ = try await server.stop()
            for name in ["skips", "catches-up"] { try Self.plan(server, name, Date() - 3 * 365 * 86400) }
            try await server.start()
            try await Wait.until("the job to have caught up") {
                try await Self.runs(server, "catches-up").first?.state == .succeeded
            }
            let caught = try await Self.runs(server, "catches-up")
            #expect(caught.map(\.cause) == [.missed])
            let skipped = try await Self.runs(server, "skips")
            #expect(skipped.map(\.state) == [.skipped] && skipped.map(\.cause) == [.missed])
            #expect(skipped[0].summary.hasSuffix(", when the server was not there"))
        }
    }

    @Test func `a device whose host key is another is given no command`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.online(server, "edge-1")
            let proof = "\(server.folder)/proof"
            try await Self.add(server, "touch", "--devices", "all", command: ["touch", proof])
            _ = try await device.sshd.replacedWithOtherKey()
            let result = try await server.watchman("admin", "jobs", "run", "touch")
            #expect(result.status == 1)
            #expect(result.text.contains("Host key verification failed"))
            #expect(!FileManager.default.fileExists(atPath: proof))
        }
    }
}
