import Foundation
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanCommands

@Suite struct TerminalTests {
    @Test func `a secret is read from a file, no more than 4 KiB of it`() throws {
        try TemporaryFolder.with { (folder: String) in
            let file = "\(folder)/token"
            try Data("wmj1.x\n".utf8).write(to: URL(fileURLWithPath: file))
            let text = try Terminal.readSecret("join token", file: file)
            #expect(text == "wmj1.x\n")
            try Data(repeating: 0x78, count: 100_000).write(to: URL(fileURLWithPath: file))
            let long = try Terminal.readSecret("join token", file: file)
            #expect(long.utf8.count == 4096)
        }
    }

    @Test func `a file that cannot be read is named, cleaned`() {
        let error = #expect(throws: WatchmanError.self) {
            try Terminal.readSecret("join token", file: "/nonexistent/\u{1b}[2Jtoken")
        }
        #expect(error == WatchmanError(.invalid, "cannot read the join token from /nonexistent/[2Jtoken"))
    }

    @Test func `what was confirmed beforehand is not asked`() throws {
        try Confirmation.ask("This ends the world.", expecting: "world", yes: true)
    }
}
