import Foundation
import Glibc
import Testing
import WatchmanCore
import WatchmanSystem

/// Commands that may take only so long.
@Suite struct TranscriptTests {
    private static func shell(
        _ script: String, _ mark: String = "sh", within limit: Duration = .seconds(60), keeping count: Int = 65536
    ) async throws -> Transcript {
        try await SystemProcessRunner().transcript(
            of: Command("sh", ["-c", script, mark]), within: limit, keeping: count)
    }

    /// A word that no other command line holds.
    private static var mark: String { "watchman-test-\(RandomText.identifier(16))" }

    @Test func `both streams are kept as they came`() async throws {
        let result = try await Self.shell("echo a; echo b >&2; echo c; exit 3")
        #expect(result == Transcript(status: 3, output: Array("a\nb\nc\n".utf8)))
    }

    @Test(arguments: [0, 1, 255]) func `the exit status is the command's`(status: Int32) async throws {
        #expect(try await Self.shell("exit \(status)").status == status)
    }

    @Test func `a signal counts as 128 plus its number`() async throws {
        #expect(try await Self.shell("kill -KILL $$").status == 137)
    }

    @Test func `only the end of much output is kept, and none of it is lost`() async throws {
        let result = try await Self.shell("head -c 10000000 /dev/zero; printf end", keeping: 10)
        #expect(result == Transcript(status: 0, output: Array("\0\0\0\0\0\0\0end".utf8), dropped: 9_999_993))
    }

    @Test func `no last line is lost, however fast a command ends`() async throws {
        for number in 0..<200 {
            #expect(try await Self.shell("echo \(number)").output == Array("\(number)\n".utf8))
        }
    }

    @Test func `at the limit the command ends with its children`() async throws {
        let mark = Self.mark
        let result = try await Self.shell("echo a; sh -c 'sleep 300; :' \(mark) & wait", mark, within: .seconds(1))
        #expect(result == Transcript(status: nil, output: Array("a\n".utf8)))
        try await Wait.until("the children to be gone") { Machine.processes(mentioning: mark).isEmpty }
    }

    @Test func `one that does not hear SIGTERM is killed`() async throws {
        let mark = Self.mark
        let result = try await Self.shell("trap '' TERM; while :; do sleep 1; done", mark, within: .milliseconds(200))
        #expect(result.status == nil)
        try await Wait.until("it to be gone") { Machine.processes(mentioning: mark).isEmpty }
    }

    @Test func `what a command leaves in the background is not waited for`() async throws {
        let mark = Self.mark
        let result = try await Self.shell("sh -c 'sleep 300; :' \(mark) & echo done")
        #expect(result == Transcript(status: 0, output: Array("done\n".utf8)))
        let left = Machine.processes(mentioning: mark)
        #expect(!left.isEmpty)
        for pid in left { Processes.signal(pid, SIGKILL) }
    }

    @Test func `a hundred at once end at their own time`() async throws {
        let texts = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<100 {
                group.addTask {
                    String(decoding: try await Self.shell("sleep 0.2; printf \(number)").output, as: UTF8.self)
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(texts == Set((0..<100).map(String.init)))
    }

    @Test func `cancelling ends the command`() async throws {
        let mark = Self.mark
        let task = Task { try await Self.shell("sleep 300; :", mark) }
        try await Wait.until("it to run") { !Machine.processes(mentioning: mark).isEmpty }
        task.cancel()
        #expect(try await task.value.status == 143)
        try await Wait.until("it to be gone") { Machine.processes(mentioning: mark).isEmpty }
    }

    @Test func `a program that is not there is told`() async throws {
        let error = await #expect(throws: WatchmanError.self) {
            try await SystemProcessRunner().transcript(of: Command("/nonexistent/x"), within: .seconds(1), keeping: 1)
        }
        #expect(error?.code == .unavailable)
    }
}
