import ArgumentParser
import Testing
import WatchmanCore

@testable import WatchmanCommands

@Suite struct ConnectTests {
    private static func parse(_ arguments: String...) throws -> Watchman.Connect {
        try #require(try Watchman.parseAsRoot(["connect"] + arguments) as? Watchman.Connect)
    }

    @Test func `a device alone is a shell as root`() throws {
        let command = try Self.parse("edge-1")
        #expect(command.user == "root" && command.command.isEmpty && !command.stdio && !command.prepare)
        #expect(try command.device.path("/connect") == "/api/v1/devices/edge-1/connect")
        #expect(
            command.arguments("/c/config", try CommandSamples.grant())
                == ["-F", "/c/config", "-l", "root", "--", "edge-1.wm"])
    }

    @Test func `what stands behind -- goes to the device as it is`() throws {
        let command = try Self.parse("edge-1", "--", "ls", "-la", "--", "-L", "a b", "", "$HOME")
        #expect(command.command == ["ls", "-la", "--", "-L", "a b", "", "$HOME"])
        #expect(
            command.arguments("/c", try CommandSamples.grant()).suffix(9) == [
                "--", "edge-1.wm", "ls", "-la", "--", "-L", "a b", "", "$HOME",
            ])
    }

    @Test func `forwards are handed to ssh in front of the host`() throws {
        let command = try Self.parse(
            "-L", "8080:localhost:80", "edge-1", "-R", "9:h:9", "-L", "1:h:1", "-D", "1080", "--user", "ann", "--", "id"
        )
        #expect(
            command.arguments("/c", try CommandSamples.grant()) == [
                "-F", "/c", "-l", "ann", "-L", "8080:localhost:80", "-L", "1:h:1", "-R", "9:h:9", "-D", "1080", "--",
                "edge-1.wm", "id",
            ])
    }

    @Test func `a second device is no command`() {
        #expect(throws: (any Error).self) { try Self.parse("edge-1", "ls") }
        #expect(throws: (any Error).self) { try Self.parse("edge-1", "ls", "--", "id") }
    }

    @Test(arguments: [
        "-oProxyCommand=x", "--user=", "-x", "", "a b", "a\n", "root;id", "é", "a\u{301}", "$(id)",
        String(repeating: "a", count: 33),
    ])
    func `what is no user is refused`(user: String) {
        let error = #expect(throws: (any Error).self) { try Self.parse("edge-1", "--user=\(user)") }
        #expect(error.map { Watchman.exitCode(for: $0).rawValue } == 64)
    }

    @Test(arguments: ["root", "_apt", "ann.b", "a-b", "A1", "www-data"]) func `a user is an account's name`(
        user: String
    ) throws {
        #expect(try Self.parse("edge-1", "--user", user).user == user)
    }

    @Test(arguments: ["-L", "-R", "-D"]) func `an option is no forward`(flag: String) {
        #expect(throws: (any Error).self) { try Self.parse("edge-1", flag, "-oProxyCommand=x") }
        #expect(throws: (any Error).self) { try Self.parse("edge-1", flag) }
    }
}
