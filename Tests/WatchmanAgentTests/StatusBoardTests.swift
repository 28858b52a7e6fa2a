import Foundation
import TestSupport
import Testing
import WatchmanCore
import WatchmanSystem

@testable import WatchmanAgent

@Suite struct StatusBoardTests {
    /// A board of this process, whose status file can be written.
    private static func withBoard(_ body: (StatusBoard, EdgeSite) throws -> Void) throws {
        try TemporaryFolder.with { (folder: String) in
            let site = AgentFixture.site(folder)
            try WholeFile.makeFolder(site.runtimeFolder, mode: 0o700)
            try body(StatusBoard(AgentFixture.configuration(site), site), site)
        }
    }

    @Test func `the board begins with what the configuration says`() throws {
        try Self.withBoard { board, site in
            let status = board.current
            #expect(status.deviceID == "abcdefgh23" && status.name == "edge-1" && status.pid == getpid())
            #expect(status.server == "https://tower.example:8443" && status.gateway == "tower.example:2222")
            #expect(status.port == 20001 && status.tunnel == .connecting && status.reason == nil)
            let written = try AgentStatus.read(site)
            #expect(written == nil, "nothing has happened yet")
        }
    }

    @Test func `a change is written for people to read`() throws {
        try Self.withBoard { board, site in
            board.tunnel(.stopped, reason: "because")
            let status = try #require(try AgentStatus.read(site))
            #expect(status.tunnel == .stopped && status.reason == "because")
            let mode = try TemporaryFolder.mode(of: site.statusFile)
            #expect(mode == 0o600)
        }
    }

    @Test func `the time is that of the last change of the tunnel, not of its reason`() throws {
        try Self.withBoard { board, _ in
            let begin = board.current.since
            board.tunnel(.connecting, reason: "one")
            board.tunnel(.connecting, reason: "two")
            #expect(board.current.since == begin && board.current.reason == "two")
            board.tunnel(.up, reason: nil)
            #expect(board.current.since > begin && board.current.reason == nil)
        }
    }

    @Test func `what changes nothing is not written`() throws {
        try Self.withBoard { board, site in
            board.update { $0.checkInProblem = "x" }
            try FileManager.default.removeItem(atPath: site.statusFile)
            board.update { $0.checkInProblem = "x" }
            #expect(!FileManager.default.fileExists(atPath: site.statusFile))
        }
    }

    @Test func `a file that cannot be written does not stop the agent`() throws {
        try TemporaryFolder.with { (folder: String) in
            let site = AgentFixture.site("\(folder)/missing")
            let board = StatusBoard(try AgentFixture.configuration(site), site)
            board.tunnel(.up, reason: nil)
            #expect(board.current.tunnel == .up)
        }
    }

    @Test func `many changes at once leave the last state in the file`() async throws {
        try await TemporaryFolder.with { folder in
            let site = AgentFixture.site(folder)
            try WholeFile.makeFolder(site.runtimeFolder, mode: 0o700)
            let board = StatusBoard(try AgentFixture.configuration(site), site)
            for round in 0..<100 {
                await withTaskGroup(of: Void.self) { group in
                    for number in 0..<4 { group.addTask { board.update { $0.reason = "\(round).\(number)" } } }
                }
                let written = try #require(try AgentStatus.read(site))
                try #require(written.reason == board.current.reason)
            }
        }
    }

    @Test func `the status of an agent that is gone is no status`() throws {
        try Self.withBoard { board, site in
            board.update { $0.pid = 1 << 23 }
            let gone = try AgentStatus.read(site)
            #expect(gone == nil)
            try WholeFile.write("{", to: site.statusFile, mode: 0o600)
            let damaged = try AgentStatus.read(site)
            #expect(damaged == nil)
        }
    }
}
