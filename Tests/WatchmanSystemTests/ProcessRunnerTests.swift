import TestSupport
import Testing
import WatchmanCore
import WatchmanSystem

@Suite struct ProcessRunnerTests {
    @Test func `a command prints as its words, without its input or environment`() {
        let command = Command("chpasswd", ["-e", "x"], input: Array("secret".utf8), environment: ["A": "secret"])
        #expect("\(command)" == "chpasswd -e x")
    }

    @Test func `a command that failed is told with its status and its last words, cleaned`() async {
        let command = Command("false", ["x"])
        let runner = RecordingProcessRunner([
            command: CommandResult(status: 3, errors: "first\nbad \u{1b}[31mthing\n\n")
        ])
        let error = await #expect(throws: WatchmanError.self) { try await runner.check(command) }
        #expect(error == WatchmanError(.unavailable, "`false x` ended with status 3: bad [31mthing"))
    }

    @Test func `a command that failed without a word is told with its status`() async {
        let command = Command("false")
        let runner = RecordingProcessRunner([command: CommandResult(status: 137)])
        let error = await #expect(throws: WatchmanError.self) { try await runner.check(command) }
        #expect(error?.message == "`false` ended with status 137")
    }

    @Test func `a command that succeeded gives its output`() async throws {
        let command = Command("uname", ["-a"])
        let runner = RecordingProcessRunner([command: CommandResult(status: 0, output: "Linux\n", errors: "noise\n")])
        #expect(try await runner.check(command).output == "Linux\n")
        #expect(runner.commands == [command])
    }
}
