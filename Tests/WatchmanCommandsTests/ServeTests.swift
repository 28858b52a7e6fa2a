import ArgumentParser
import Testing
import WatchmanCore

@testable import WatchmanCommands

@Suite struct ServeTests {
    @Test(arguments: [
        ["--once"], ["--demo", "--state", "/x"], ["--demo", "--config", "x"], ["--demo", "--host", "x"],
    ])
    func `the demo takes no part of a real server, and no server ends by itself`(options: [String]) {
        let error = #expect(throws: (any Error).self) { try Watchman.parseAsRoot(["serve"] + options) }
        #expect(error.map { Watchman.exitCode(for: $0).rawValue } == 64)
    }

    @Test func `a port that is taken is told with the command that finds out by whom`() throws {
        struct Odd: Error, CustomStringConvertible { let description: String }
        let settings = try ServeConfiguration().settings(state: nil, host: nil)
        for text in ["bind: Address already in use", "IOError(errno: 98)"] {
            let error = Watchman.Serve.words(Odd(description: text), settings) as? WatchmanError
            #expect(
                error
                    == WatchmanError(
                        .unavailable, "cannot listen on 0.0.0.0:8443: address already in use",
                        hint: "ss -ltnp sport = :8443"))
        }
        #expect(Watchman.Serve.words(Odd(description: "else"), settings) is Odd)
    }
}
