import ArgumentParser
import Testing
import WatchmanCore

@testable import WatchmanCommands

@Suite struct ExitStatusTests {
    @Test(arguments: [
        (WatchmanError.Code.invalid, Int32(64)), (.unavailable, 69), (.exhausted, 69), (.limited, 69), (.internal, 70),
        (.unauthenticated, 77), (.forbidden, 77), (.configuration, 78), (.notFound, 1), (.conflict, 1),
    ])
    func `each kind of failure has its exit status`(code: WatchmanError.Code, status: Int32) {
        #expect(code.exitStatus == status)
    }

    @Test func `no failure ends with success`() {
        #expect(WatchmanError.Code.allCases.allSatisfy { $0.exitStatus != 0 })
    }

    @Test(arguments: [["devices", "--nonsense"], ["nonsense"], ["devices", "show"], ["devices", "--sort", "colour"]])
    func `wrong usage ends with 64`(arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try Watchman.parseAsRoot(arguments) }
        #expect(error.map { Watchman.exitCode(for: $0).rawValue } == 64)
    }

    @Test(arguments: [["--help"], ["--version"], ["devices", "--help"], ["admin", "tokens", "create", "-h"]])
    func `help and version end with 0`(arguments: [String]) {
        let error = #expect(throws: (any Error).self) {
            var command = try Watchman.parseAsRoot(arguments)
            try command.run()
        }
        #expect(error.map { Watchman.exitCode(for: $0).rawValue } == 0)
    }

    @Test func `the version is this build's`() {
        let error = #expect(throws: (any Error).self) { try Watchman.parseAsRoot(["--version"]) }
        #expect(error.map { Watchman.message(for: $0) } == Version.current)
    }
}
