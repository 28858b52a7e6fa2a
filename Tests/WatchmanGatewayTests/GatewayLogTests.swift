import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanGateway

@Suite struct GatewayLogTests {
    /// Who reads a log, and what became known of it.
    final class Reader: Sendable {
        private struct State {
            var users: [String] = []
            var refused = 0
            var place: String?
            var isDeaf = false
        }

        private let state = Mutex(State())
        let path: String

        init(_ folder: String) { self.path = "\(folder)/sshd.log" }

        var users: [String] { self.state.withLock(\.users) }
        var refused: Int { self.state.withLock(\.refused) }
        var place: String? { self.state.withLock(\.place) }
        func setDeaf(_ isDeaf: Bool) { self.state.withLock { $0.isDeaf = isDeaf } }

        /// A follower that goes on where the last one left off, as after a restart.
        func log(limit: Int64 = 1 << 20) -> GatewayLog {
            GatewayLog(path: self.path, limit: limit, from: LogTail.Place(self.place)) { news, place in
                self.state.withLock { state in
                    if state.isDeaf { return false }
                    state.users += news.logins.map(\.user)
                    state.refused += news.refused
                    state.place = place.text
                    return true
                }
            }
        }

        func append(_ text: String) throws {
            if !FileManager.default.fileExists(atPath: self.path) {
                try Data().write(to: URL(fileURLWithPath: self.path))
            }
            let file = try #require(FileHandle(forWritingAtPath: self.path))
            try file.seekToEnd()
            try file.write(contentsOf: Data(text.utf8))
            try file.close()
        }

        func accept(_ users: String...) throws {
            for user in users {
                try self.append("Accepted publickey for \(user) from 192.0.2.1 port 5 ssh2: ED25519 SHA256:x\r\n")
            }
        }
    }

    @Test func `every line is told once, whatever is restarted in between`() async throws {
        try await TemporaryFolder.with { folder in
            let reader = Reader(folder)
            var log = reader.log()
            await log.look()
            #expect(reader.users == [], "no file is no news")
            try reader.accept("a", "b")
            await log.look()
            await log.look()
            try reader.append("Invalid user root from 192.0.2.2 port 6\r\nConnection closed by 192.0.2.2 port 6\r\n")
            try reader.accept("c")
            log = reader.log()
            await log.look()
            log = reader.log()
            await log.look()
            #expect(reader.users == ["a", "b", "c"] && reader.refused == 1)
        }
    }

    @Test func `a line is read when it is whole`() async throws {
        try await TemporaryFolder.with { folder in
            let (reader, line) = (Reader(folder), "Accepted publickey for a from ::1 port 5 ssh2: RSA SHA256:x\n")
            let log = reader.log()
            try reader.append(String(line.prefix(20)))
            await log.look()
            #expect(reader.users == [])
            try reader.append(String(line.dropFirst(20)))
            await log.look()
            #expect(reader.users == ["a"])
        }
    }

    @Test func `a log that was emptied or replaced is read from its beginning`() async throws {
        try await TemporaryFolder.with { folder in
            let reader = Reader(folder)
            let log = reader.log()
            try reader.accept("a", "b")
            await log.look()
            try #require(truncate(reader.path, 0) == 0)
            try reader.accept("c")
            await log.look()
            // Kept, so that the new file cannot get the number of the old one.
            try #require(rename(reader.path, "\(reader.path).old") == 0)
            try reader.accept("d", "e", "f")
            await log.look()
            #expect(reader.users == ["a", "b", "c", "d", "e", "f"])
        }
    }

    @Test func `a large log is emptied when all of it was read, and nothing is lost`() async throws {
        try await TemporaryFolder.with { folder in
            let reader = Reader(folder)
            let log = reader.log(limit: 200)
            try reader.accept("a", "b", "c")
            await log.look()
            #expect(try FileManager.default.attributesOfItem(atPath: reader.path)[.size] as? Int == 0)
            // A place beyond the end of the emptied log is its beginning.
            for user in ["d", "e"] {
                try reader.accept(user)
                await reader.log(limit: 200).look()
            }
            #expect(reader.users == ["a", "b", "c", "d", "e"])
        }
    }

    @Test func `what could not be kept is told again, and the log stays`() async throws {
        try await TemporaryFolder.with { folder in
            let reader = Reader(folder)
            let log = reader.log(limit: 10)
            reader.setDeaf(true)
            try reader.accept("a")
            for _ in 0..<3 { await log.look() }
            #expect(reader.users == [] && reader.place == nil)
            reader.setDeaf(false)
            await log.look()
            #expect(reader.users == ["a"])
        }
    }

    @Test func `bytes without end and of any kind do not stop it`() async throws {
        try await TemporaryFolder.with { folder in
            let reader = Reader(folder)
            let log = reader.log()
            try reader.append(String(repeating: "\u{0}\u{1b}[2J", count: 100_000))
            await log.look()
            try reader.append("\n")
            try reader.accept("a")
            await log.look()
            #expect(reader.users == ["a"])
        }
    }

    @Test(arguments: ["", "1", "a:b", "1:-5", ":", "1:2:3", "18446744073709551616:1"])
    func `a place that cannot be read is the beginning`(text: String) {
        #expect(LogTail.Place(text) == LogTail.Place())
        #expect(LogTail.Place(LogTail.Place(inode: 7, offset: 9).text) == LogTail.Place(inode: 7, offset: 9))
    }
}
