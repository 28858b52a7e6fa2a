import Foundation
import Testing
import WatchmanCore
import WatchmanSystem

/// Jobs of a server with two devices online.
@Suite(.sharedServer, .logs)
struct JobTests {
    private static func add(_ name: String, _ options: [String] = [], _ command: String...) async throws {
        let arguments = ["admin", "jobs", "add", name, "--cron", "@yearly"] + options + ["--"] + command
        let result = try await SharedServer.server.start(arguments).wait()
        #expect(result.status == 0, "\(result.errorText)")
    }

    private static func detail(_ name: String) async throws -> JobRunDetail {
        let result = try await SharedServer.server.watchman("admin", "jobs", "output", name, "--format", "json")
        return try WireJSON.decode(JobRunDetail.self, from: result.output)
    }

    @Test func `a command runs on the server as root, its words untouched by any shell`() async throws {
        try await Self.add("words", [], "printf", "%s|", "$(id)", "a b", "--", "*")
        let result = try await SharedServer.server.watchman("admin", "jobs", "run", "words")
        #expect(result.status == 0)
        #expect(result.text == "$(id)|a b|--|*|\n")
        #expect(result.errorText.hasSuffix("succeeded: status 0\n"))
        try await Self.add("who", [], "id", "-un")
        #expect(try await SharedServer.server.watchman("admin", "jobs", "run", "who").text == "root\n")
    }

    @Test func `a command that fails gives status 1 and is remembered with what it printed`() async throws {
        try await Self.add("fails", [], "sh", "-c", "echo out; echo err >&2; exit 3")
        let result = try await SharedServer.server.watchman("admin", "jobs", "run", "fails")
        #expect(result.status == 1)
        #expect(result.text == "out\nerr\n")
        let detail = try await Self.detail("fails")
        #expect(detail.run.state == .failed && detail.run.summary == "status 3" && detail.run.actor == "local")
        #expect(detail.outputs.map(\.status) == [3])
    }

    @Test func `a job that runs is not started again`() async throws {
        let server = try SharedServer.server
        let gate = "\(try server.openFolder())/gate"
        try await Self.add("once", [], "sh", "-c", "until [ -e \(gate) ]; do sleep 0.05; done")
        let first = try server.start(["admin", "jobs", "run", "once"])
        try await Wait.until("the job to run") {
            try await server.watchman("admin", "jobs", "history", "once").text.contains("running")
        }
        let second = try await server.watchman("admin", "jobs", "run", "once")
        #expect(second.status == 1)
        #expect(second.errorLines.first == "watchman: error: the job once runs already")
        let removed = try await server.watchman("admin", "jobs", "remove", "once")
        #expect(removed.errorLines.first == "watchman: error: the job once runs now")
        try WholeFile.write("", to: gate, mode: 0o644)
        #expect(try await first.wait().status == 0)
        #expect(try await server.watchman("admin", "jobs", "remove", "once").text == "removed once\n")
    }

    @Test func `what takes too long is ended with its children`() async throws {
        let folder = try SharedServer.server.openFolder()
        let sleeper = "sh -c 'sleep 300; :' \(folder)"
        try await Self.add("slow", ["--timeout", "1s"], "sh", "-c", "echo begin; \(sleeper) & \(sleeper)")
        let result = try await SharedServer.server.watchman("admin", "jobs", "run", "slow")
        #expect(result.status == 1 && result.text == "begin\n")
        #expect(result.errorText.hasSuffix("timed-out: it took longer than 1 s\n"))
        try await Wait.until("the children to be gone") { Machine.processes(mentioning: folder).isEmpty }
    }

    @Test func `of much output of any bytes the end is kept, harmless`() async throws {
        try await Self.add("loud", [], "sh", "-c", "head -c 20000000 /dev/urandom; printf '\\033[2J\\nend\\n'")
        let result = try await SharedServer.server.watchman("admin", "jobs", "run", "loud")
        #expect(result.status == 0)
        #expect(result.lines.suffix(1) == ["end"])
        #expect(result.output.count <= 65 << 10)
        #expect(
            result.text.unicodeScalars.allSatisfy {
                $0 == "\n" || $0 == "\t" || $0.properties.generalCategory != .control
            })
    }

    @Test func `devices run it at the same time, over their tunnels, as the job`() async throws {
        try await Self.add("hello", ["--devices", "name=edge-*"], "echo", "$((6 * 7))", "&&", "id -un")
        let result = try await SharedServer.server.watchman("admin", "jobs", "run", "hello")
        #expect(result.status == 0, "\(result.errorText)")
        #expect(result.lines == ["== edge-1: status 0", "42", "root", "== edge-2: status 0", "42", "root"])
        for device in [try SharedServer.device, try SharedServer.otherDevice] {
            #expect(
                device.sshd.log.contains("ID \(device.id) job:hello (serial "), "the device's own log names the job")
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: "\(SharedServer.server.state)/jobs")
        let id = try await Self.detail("hello").run.id
        #expect(!left.contains { $0.hasPrefix("\(id)-") }, "no key outlives its run")
    }

    @Test func `one device fails, the other takes too long, and each is told apart`() async throws {
        let device = try SharedServer.device
        let script =
            "case $SSH_CONNECTION in *' \(device.sshd.port)') echo no; exit 3;; *) echo begin; exec sleep 300;; esac"
        try await Self.add("mixed", ["--devices", "all", "--timeout", "10s"], script)
        let result = try await SharedServer.server.watchman("admin", "jobs", "run", "mixed")
        #expect(result.status == 1)
        #expect(result.lines == ["== edge-1: status 3", "no", "== edge-2: timed out", "begin"])
        let detail = try await Self.detail("mixed")
        #expect(detail.run.state == .failed && detail.run.summary == "2 devices: 1 failed, 1 timed out")
        #expect(Machine.processes(mentioning: "\(device.server.state)/jobs/").isEmpty)
    }

    @Test func `a choice of one device runs there only`() async throws {
        try await Self.add("one", ["--devices", "name=edge-2"], "true")
        _ = try await SharedServer.server.watchman("admin", "jobs", "run", "one")
        #expect(try await Self.detail("one").outputs.map(\.name) == ["edge-2"])
    }

    @Test(arguments: [
        (["--cron", "* * * *", "--", "true"], "a schedule has 5 fields, not 4"),
        (["--cron", "0 0 30 2 *", "--", "true"], "the schedule '0 0 30 2 *' never comes"),
        (["--cron", "@daily", "--time-zone", "Mars/Base", "--", "true"], "the time zone 'Mars/Base' is not known"),
        (["--cron", "@daily", "--timeout", "2d", "--", "true"], "a job's timeout is"),
        (["--cron", "@daily", "--devices", "a;b", "--", "true"], "'a;b' chooses no devices"),
        (["--cron", "\u{1b}[2J * * * *", "--", "true"], "the schedule's minute: '[2J' is no value"),
    ])
    func `what cannot be is refused with status 64 and adds nothing`(options: [String], message: String) async throws {
        let server = try SharedServer.server
        let result = try await server.start(["admin", "jobs", "add", "wrong"] + options).wait()
        #expect(result.status == 64 && result.text == "")
        #expect(result.errorLines.first?.hasPrefix("watchman: error: \(message)") == true, "\(result.errorText)")
        #expect(try await server.watchman("admin", "jobs", "show", "wrong").status == 1)
    }

    @Test func `watchman's own jobs are there, run, and can be changed but not removed`() async throws {
        let server = try SharedServer.server
        let list = try await server.watchman("admin", "jobs", "list", "--format", "json")
        let jobs = try WireJSON.decode(JobList.self, from: list.output).jobs.filter { $0.kind != .command }
        #expect(Set(jobs.map(\.name)).isSuperset(of: ["backup", "check", "prune"]))
        let check = try await server.watchman("admin", "jobs", "run", "check")
        #expect(check.status == 0 && check.errorText.hasSuffix("succeeded: the database is sound\n"))
        let changed = try await server.watchman(
            "admin", "jobs", "change", "check", "--cron", "15 5 * * *", "--time-zone", "Europe/Berlin")
        #expect(changed.text.hasPrefix("check: every day at 05:15, Europe/Berlin; next run: "))
        let removed = try await server.watchman("admin", "jobs", "remove", "check")
        #expect(removed.status == 1 && removed.errorLines.last == "watchman: hint: watchman admin jobs pause check")
    }
}
