import ArgumentParser
import Foundation
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanCommands

/// The commands about root passwords.
@Suite struct PasswordCommandTests {
    @Test(arguments: [
        [], ["edge-1", "--all"], ["edge-1", "--tag", "x"], ["--tag", "x", "--all"], ["edge-1", "--tag", "x", "--all"],
    ])
    func `one device, a tag or all are rotated, and nothing else`(arguments: [String]) {
        let error = #expect(throws: (any Error).self) {
            try Watchman.parseAsRoot(["devices", "rotate-password"] + arguments)
        }
        #expect(error.map { Watchman.exitCode(for: $0).rawValue } == 64)
    }

    private static func selector(_ arguments: String...) throws -> String {
        try #require(
            try Watchman.parseAsRoot(["devices", "rotate-password"] + arguments) as? Watchman.DevicesRotatePassword
        ).selector()
    }

    @Test func `a tag chooses those that have it`() throws {
        #expect(try Self.selector("--all") == "all")
        for tag in ["arm", "site=berlin", "a.b_c-d"] { #expect(try Self.selector("--tag", tag) == tag) }
    }

    @Test(arguments: ["all", "name=edge-1", "a,b", "a+b", "*", "site=*", "é", "a b"])
    func `what is more than a tag chooses nothing`(tag: String) {
        let error = #expect(throws: WatchmanError.self) { try Self.selector("--tag=\(tag)") }
        #expect(error?.code == .invalid)
    }

    @Test func `the same key is changed under either name`() throws {
        #expect(try Watchman.parseAsRoot(["admin", "escrow", "rotate"]) is Watchman.EscrowRotate)
        #expect(try Watchman.parseAsRoot(["admin", "keys", "rotate"]) is Watchman.KeysRotate)
        #expect(!Watchman.helpMessage(for: Watchman.AdminKeys.self).contains("rotate"))
    }

    @Test func `a history is a table, newest first`() {
        let answer = RevealedPassword(
            current: Secret("bbb"), pending: Secret("ccc"),
            history: [PastPassword(version: 1, createdAt: CommandSamples.now, password: Secret("aaa"))])
        #expect(
            Watchman.DevicesRevealPassword.table(answer) == [
                "STATE    MADE                     PASSWORD", "pending  -                        ccc",
                "current  -                        bbb", "past     2026-09-21 14:13:20 UTC  aaa",
            ])
    }

    @Test func `what may be in force is tried in its order`() throws {
        #expect(
            try RevealedPassword(current: Secret("a"), pending: Secret("b")).inForce() == [Secret("a"), Secret("b")])
        #expect(try RevealedPassword(current: nil, pending: Secret("b")).inForce() == [Secret("b")])
        let error = #expect(throws: WatchmanError.self) { try RevealedPassword(current: nil, pending: nil).inForce() }
        #expect(error?.code == .notFound)
    }

    @Test(arguments: ["", "  ", "\n", String(repeating: "x", count: 201)]) func `a reason that is none is refused`(
        text: String
    ) {
        let error = #expect(throws: WatchmanError.self) { try Reason.given(text) }
        #expect(error?.code == .invalid)
    }

    @Test func `where nobody can be asked a reason must be given`() throws {
        #expect(try Reason.given("console\u{1b}[2J") == "console[2J")
        guard !Terminal.isInteractive else { return }
        let error = #expect(throws: WatchmanError.self) { try Reason.given(nil) }
        #expect(error?.message == "a reason is needed and nobody can be asked: add --reason TEXT")
    }

    @Test func `a standing is one line`() {
        let now = CommandSamples.now
        for (standing, words) in [
            (PasswordStanding(), "held by the server, the first at its next check-in"),
            (PasswordStanding(pendingSince: now - 60), "held by the server, a new one waits for the device for 1 min"),
            (PasswordStanding(version: 1, setAt: now - 7200), "held by the server, version 1 set 2 h ago"),
            (
                PasswordStanding(version: 1, setAt: now - 7200, dueAt: now),
                "held by the server, version 1 set 2 h ago, the next at its next check-in"
            ),
            (
                PasswordStanding(version: 2, setAt: now, pendingSince: now, dueAt: now - 5),
                "held by the server, version 2 set 0 s ago, a new one waits for the device for 0 s"
            ),
        ] { #expect(standing.words(now: now) == words) }
    }
}

/// What ssh is told when it asks for root's password.
@Suite struct AskpassTests {
    @Test func `the passwords are told one after the other, and then the file is gone`() throws {
        try TemporaryFolder.with { (folder: String) in
            let file = try Askpass.lay([Secret("current"), Secret("pending")], in: "\(folder)/secrets")
            #expect(file.hasPrefix("\(folder)/secrets/askpass-"))
            #expect(try TemporaryFolder.mode(of: file) == 0o600)
            #expect(try TemporaryFolder.mode(of: "\(folder)/secrets") == 0o700)
            #expect(try Askpass.take(from: file) == Secret("current"))
            #expect(try String(contentsOfFile: file, encoding: .utf8) == "pending\n")
            #expect(try TemporaryFolder.mode(of: file) == 0o600)
            #expect(try Askpass.take(from: file) == Secret("pending"))
            #expect(!FileManager.default.fileExists(atPath: file))
            #expect(try Askpass.take(from: file) == nil)
        }
    }

    @Test func `secrets lie in memory where there is a place for them`() {
        let context = CommandSamples.context("/home/ann", ["XDG_RUNTIME_DIR": "/run/user/7"])
        #expect(context.secretFolder == "/run/user/7/watchman")
        #expect(CommandSamples.context("/home/ann").secretFolder == "/home/ann/.cache/watchman")
        #expect(
            CommandSamples.context("/home/ann", ["XDG_RUNTIME_DIR": "relative"]).secretFolder
                == "/home/ann/.cache/watchman")
    }

    @Test func `ssh learns where to ask, and no secret`() throws {
        let connect = try #require(
            try Watchman.parseAsRoot(["connect", "edge-1", "--password", "--reason", "x", "--", "id"])
                as? Watchman.Connect)
        #expect(connect.password && connect.reason == "x")
        #expect(
            connect.arguments("/c/password-config", try CommandSamples.grant())
                == ["-F", "/c/password-config", "-l", "root", "--", "edge-1.wm", "id"])
    }

    @Test(arguments: [
        ["--password", "--user", "ann"], ["--password", "--stdio"], ["--password", "--prepare"], ["--reason", "x"],
    ])
    func `what does not go with the password is wrong usage`(options: [String]) {
        let error = #expect(throws: (any Error).self) { try Watchman.parseAsRoot(["connect", "edge-1"] + options) }
        #expect(error.map { Watchman.exitCode(for: $0).rawValue } == 64)
    }
}
