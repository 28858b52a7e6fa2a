import ArgumentParser
import Testing
import WatchmanCore

@testable import WatchmanCommands

/// What people, or scripts with hostile data, give for a device or a credential.
@Suite struct ReferenceTests {
    static let hostile = [
        "-x", "--help-me", "-oProxyCommand=touch", "", ".", "..", "../keys", "a/b", "a?b", "a#b", "a%2fb", "a b",
        "a\nb", "a\r\nb", "A",
        "\u{1b}[2J", "-\u{301}x", "a\u{301}", "é", "\u{661}", "*", "$(id)", "'", String(repeating: "a", count: 64),
    ]

    @Test(arguments: [
        ["devices", "show"], ["devices", "remove"], ["devices", "reveal-password"], ["connect"],
        ["admin", "keys", "revoke"], ["admin", "tokens", "revoke"],
        ["admin", "users", "add"], ["admin", "users", "remove"], ["admin", "users", "reset"],
    ])
    func `an id that begins with a hyphen is wrong usage`(command: [String]) {
        for id in ["-x", "-oProxyCommand=touch", "--nonsense"] {
            let error = #expect(throws: (any Error).self) { try Watchman.parseAsRoot(command + [id]) }
            #expect(error.map { Watchman.exitCode(for: $0).rawValue } == 64)
        }
    }

    @Test func `behind -- it is an id, and names no device`() throws {
        let show = try #require(
            try Watchman.parseAsRoot(["devices", "show", "--", "-oProxyCommand=touch"]) as? Watchman.DevicesShow)
        let error = #expect(throws: WatchmanError.self) { try show.device.path() }
        #expect(
            error == WatchmanError(.notFound, "no device '-oProxyCommand=touch'", hint: "watchman devices"))
        #expect(throws: (any Error).self) { try Watchman.parseAsRoot(["connect", "--", "-x"]) }
    }

    @Test(arguments: hostile) func `what cannot be a device gets into no path`(text: String) {
        let error = #expect(throws: WatchmanError.self) { try DeviceReference.checked(text) }
        #expect(error?.code == .notFound)
        #expect(error?.message.utf8.contains { $0 < 0x20 } == false)
    }

    @Test(arguments: hostile) func `what cannot be a credential's id gets into no path`(text: String) {
        let error = #expect(throws: WatchmanError.self) { try PublicID.checked(text, what: "API key") }
        #expect(error?.code == .notFound)
        #expect(error?.message.hasPrefix("no API key '") == true)
    }

    @Test(arguments: ["a", "edge-1", "abcdefgh23", "0"]) func `a name or an id is one`(text: String) throws {
        #expect(try DeviceReference.checked(text) == text)
        #expect(try PublicID.checked(text, what: "API key") == text)
    }

    @Test func `a tag must be named to tag`() {
        #expect(throws: (any Error).self) { try Watchman.parseAsRoot(["devices", "tag", "edge-1"]) }
        #expect(throws: Never.self) { try Watchman.parseAsRoot(["devices", "tag", "edge-1", "--remove", "x"]) }
    }
}
