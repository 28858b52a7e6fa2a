import Foundation
import TestSupport
import Testing
import WatchmanCore
import WatchmanSystem

@testable import WatchmanCommands

@Suite struct LookupPathTests {
    @Test func `a program in a folder that others may write is refused, with the cure`() throws {
        try TemporaryFolder.with { (folder: String) in
            let program = "\(folder)/watchman"
            try WholeFile.write("", to: program, mode: 0o755)
            try WholeFile.makeFolder(folder, mode: 0o777)
            #expect(!LookupPath.isSafe(program))
            let error = #expect(throws: WatchmanError.self) { try LookupPath.check(program) }
            #expect(error?.code == .configuration && error?.hint == "sudo ./install.sh --server")
            #expect(error?.message.hasPrefix("\(program) cannot look up keys for sshd: ") == true)
        }
    }

    @Test(arguments: ["/nonexistent/watchman", "relative/watchman", ""]) func `what is not there is not safe`(
        program: String
    ) {
        #expect(!LookupPath.isSafe(program))
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/env")))
    func `a program of the system is safe`() {
        #expect(LookupPath.isSafe("/usr/bin/env"))
    }
}
