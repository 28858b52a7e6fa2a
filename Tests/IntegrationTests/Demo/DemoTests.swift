import Foundation
import Glibc
import Testing
import WatchmanCore
import WatchmanSystem

/// `serve --demo`: a whole system that leaves nothing behind.
@Suite(.logs)
struct DemoTests {
    @Test func `the demo shows a command on its device, ends by itself and leaves nothing`() async throws {
        try await Scratch.with { scratch in
            let demo = try Demo(scratch, ["--once"])
            let result = try await demo.program.wait()
            #expect(result.status == 0)
            #expect(result.lines.count == 1)
            #expect(result.text.hasPrefix("Linux "))
            #expect(result.errorText.contains("$ watchman connect demo-1 -- uname -a"))
            #expect(result.errorLines.allSatisfy { $0.hasPrefix("watchman: ") || $0.hasPrefix("$ ") })
            demo.expectNothingLeft()
        }
    }

    /// What the demo has said when Ctrl-C comes; at first it only has a folder.
    @Test(arguments: ["", "server is up", "join token", "registered as", "demo-1 is online", "runs until Ctrl-C"])
    func `Ctrl-C ends the demo at any moment and leaves nothing`(moment: String) async throws {
        try await Scratch.with { scratch in
            let demo = try Demo(scratch)
            try await Wait.until("the demo to say '\(moment)'") {
                moment.isEmpty ? demo.hasBegun : demo.program.soFar.errorText.contains(moment)
            }
            demo.program.interrupt()
            let result = try await demo.program.wait(within: .seconds(60))
            #expect(result.status != 139)
            demo.expectNothingLeft()
        }
    }

    @Test func `the running demo can be used as its instructions say, and SIGTERM ends it, too`() async throws {
        try await Scratch.with { scratch in
            let demo = try Demo(scratch)
            try await Wait.until("the instructions") { demo.program.soFar.errorText.contains("Ctrl-C") }
            let environment = ["WATCHMAN_SOCKET": "\(demo.folder)/api.sock", "XDG_CACHE_HOME": "\(scratch.path)/cache"]
            #expect(demo.program.soFar.errorText.contains("export WATCHMAN_SOCKET=\(demo.folder)/api.sock"))
            let list = try await scratch.run([scratch.binary, "devices"], environment: environment)
            #expect(list.lines.last?.contains("demo-1  online") == true)
            let session = try await scratch.run(
                [scratch.binary, "connect", "demo-1", "--", "exit 4"], environment: environment)
            #expect(session.status == 4)
            demo.program.signal(SIGTERM)
            #expect(try await demo.program.wait(within: .seconds(60)).status == 0)
            demo.expectNothingLeft()
        }
    }

    @Test func `two demos at the same time do not meet`() async throws {
        try await Scratch.with { scratch in
            let demos = [try Demo(scratch, ["--once"]), try Demo(scratch, ["--once"])]
            for demo in demos {
                #expect(try await demo.program.wait().status == 0)
                demo.expectNothingLeft()
            }
        }
    }

    @Test func `--once goes with --demo alone`() async throws {
        try await Scratch.with { scratch in
            let result = try await scratch.run([scratch.binary, "serve", "--once"])
            #expect(result.status == 64)
            #expect(result.errorLines.first == "watchman: error: --once goes with --demo")
        }
    }
}

/// A running demo and the folder it works in.
private struct Demo {
    let program: Program
    var folder: String { "/var/lib/watchman-demo-\(self.program.pid)" }
    var hasBegun: Bool { FileManager.default.fileExists(atPath: self.folder) }

    init(_ scratch: Scratch, _ arguments: [String] = []) throws {
        let program = try scratch.start([scratch.binary, "serve", "--demo"] + arguments)
        self.program = program
        // Should it leave something, the next run must not find it.
        scratch.later {
            let folder = "/var/lib/watchman-demo-\(program.pid)"
            for pid in Machine.processes(mentioning: folder) { Processes.signal(pid, SIGKILL) }
            try? FileManager.default.removeItem(atPath: folder)
        }
    }

    func expectNothingLeft() {
        #expect(!FileManager.default.fileExists(atPath: self.folder))
        let left = Machine.processes(mentioning: self.folder).map { Processes.commandLine(of: $0) ?? "" }
        #expect(left == [])
    }
}
