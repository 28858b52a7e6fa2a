import Foundation
import TestSupport
import Testing

@testable import WatchmanSystem

@Suite struct ProcessesTests {
    /// A number that no process has: Linux hands out at most 2^22.
    private static let nobody: pid_t = 1 << 23

    @Test func `this process is among all, with its name, its arguments and its parent`() throws {
        #expect(Processes.all().contains(getpid()))
        #expect(Processes.name(of: getpid())?.isEmpty == false)
        #expect(Processes.commandLine(of: getpid())?.contains(CommandLine.arguments[0]) == true)
        #expect(Processes.parent(of: getpid()) == getppid())
    }

    @Test func `a process that is not there has nothing`() {
        #expect(Processes.name(of: Self.nobody) == nil)
        #expect(Processes.commandLine(of: Self.nobody) == nil)
        #expect(Processes.parent(of: Self.nobody) == nil)
    }

    @Test func `a pid file counts if the process lives and is the one that was meant`() throws {
        try TemporaryFolder.with { (folder: String) in
            let file = "\(folder)/pid"
            let mark = try #require(CommandLine.arguments.first)
            #expect(Processes.running(pidFile: file, mark: mark) == nil, "no file")
            try WholeFile.write("\(getpid())\n", to: file, mode: 0o600)
            #expect(Processes.running(pidFile: file, mark: mark) == getpid())
            #expect(Processes.running(pidFile: file, mark: "/another/program") == nil)
            for text in ["", "\n", "0\n", "1\n", "-1\n", "x", "\(Self.nobody)\n", "99999999999999999999"] {
                try WholeFile.write(text, to: file, mode: 0o600)
                #expect(Processes.running(pidFile: file, mark: mark) == nil)
            }
        }
    }
}
