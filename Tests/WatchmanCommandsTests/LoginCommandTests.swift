import ArgumentParser
import Foundation
import TestSupport
import Testing
import WatchmanClient
import WatchmanCore
import WatchmanSystem

@testable import WatchmanCommands

@Suite struct LoginCommandTests {
    @Test(arguments: [
        ["--browser", "--key-file", "x"], ["--no-browser", "--key-file", "x"], ["--pin", "x"],
        ["--pin", "x", "--key-file", "y"],
    ]) func `ways to log in are not mixed`(options: [String]) {
        let error = #expect(throws: (any Error).self) {
            try Watchman.parseAsRoot(["admin", "login", "--server", "https://tower.example"] + options)
        }
        #expect(error.map { Watchman.exitCode(for: $0).rawValue } == 64)
    }

    @Test(arguments: [[], ["--browser"], ["--no-browser"], ["--browser", "--pin", "x"], ["--key-file", "x"]])
    func `one way will do`(options: [String]) {
        #expect(throws: Never.self) {
            try Watchman.parseAsRoot(["admin", "login", "--server", "https://tower.example"] + options)
        }
    }

    @Test func `a login is kept for its owner alone, read again and forgotten`() throws {
        try TemporaryFolder.with { (folder: String) in
            let context = Context(environment: ["XDG_CONFIG_HOME": folder], processes: SystemProcessRunner())
            let end = Date(timeIntervalSince1970: 1_800_000_000)
            let login = Login(
                server: try ServerURL("https://tower.example"), authority: "CA", key: Secret("wmk1"), expiresAt: end,
                isApproved: true)
            try login.write(context)
            let mode = try FileManager.default.attributesOfItem(atPath: Login.file(context))[.posixPermissions]
            #expect(mode as? Int == 0o600)
            let read = try Login.read(context)
            #expect(read?.key == login.key && read?.expiresAt == end && read?.isApproved == true)
            try Login.remove(context)
            #expect(try Login.read(context) == nil)
            try Login.remove(context)
        }
    }

    @Test func `a login of an older watchman is read`() throws {
        try TemporaryFolder.with { (folder: String) in
            let context = Context(environment: ["XDG_CONFIG_HOME": folder], processes: SystemProcessRunner())
            try FileManager.default.createDirectory(atPath: "\(folder)/watchman", withIntermediateDirectories: true)
            let old = #"{"server":"https://tower.example:8443","authority":"CA","key":"wmk1"}"#
            try Data(old.utf8).write(to: URL(fileURLWithPath: Login.file(context)))
            let login = try Login.read(context)
            #expect(login?.key == Secret("wmk1") && login?.expiresAt == nil && login?.isApproved == nil)
        }
    }
}
