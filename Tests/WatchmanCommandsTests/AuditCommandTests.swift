import ArgumentParser
import Foundation
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanCommands

@Suite struct AuditCommandTests {
    /// A trail of ten rows.
    private static let rows: [AuditRow] = {
        var (rows, hash) = ([AuditRow](), AuditChain.start)
        for id in Int64(1)...10 {
            var row = AuditRow(
                id: id, at: AuditTime("2026-09-21 14:13:20.12\(id % 10)"), actor: "user:alice", source: "192.0.2.7",
                action: "device.tag", subject: "abcdefgh23", detail: "t\(id) \u{e9}\u{301} \"/", hash: "")
            hash = AuditChain.hash(hash, id, row.texts)
            row.hash = AuditChain.hex(hash)
            rows.append(row)
        }
        return rows
    }()

    private static func verify(_ lines: [String], head: String? = nil) throws {
        try TemporaryFolder.with { (folder: String) in
            let file = "\(folder)/audit.jsonl"
            try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: file))
            var walk = AuditChain.Walk(noted: head.flatMap { AuditChain.Head($0) })
            try AuditTrail.each(file: file) { try walk.take($0) }
            try walk.finish()
        }
    }

    private static func lines() throws -> [String] {
        try self.rows.map { String(decoding: try WireJSON.encode($0), as: UTF8.self) }
    }

    @Test func `an exported trail is sound, with and without the end of its last line`() throws {
        let lines = try Self.lines()
        try Self.verify(lines)
        try Self.verify(lines + [""], head: "10:\(Self.rows[9].hash)")
        try Self.verify(lines, head: "4:\(Self.rows[3].hash)")
        try Self.verify([])
    }

    @Test(arguments: [
        ("altered", "row 4 does not follow"), ("deleted", "row 4 is missing"), ("first deleted", "row 1 is missing"),
        ("inserted", "row 4 stands where row 5 should"), ("swapped", "row 4 is missing"),
        ("renumbered", "row 5 does not follow"), ("cut off", "it ends with row 8, but row 10 was noted"),
        ("no row", "line 4 is no row"), ("written anew", "row 10 is not the one that was noted"),
    ])
    func `what was done to a file is found`(attack: String, problem: String) throws {
        var lines = try Self.lines()
        let head = "10:\(Self.rows[9].hash)"
        switch attack {
        case "altered": lines[3] = lines[3].replacing("t4", with: "t5")
        case "deleted": lines.remove(at: 3)
        case "first deleted": lines.remove(at: 0)
        case "inserted": lines.insert(lines[3], at: 4)
        case "swapped": lines.swapAt(3, 4)
        case "renumbered": lines[4] = lines[3].replacing("\"id\":4", with: "\"id\":5")
        case "cut off": lines.removeLast(2)
        case "no row": lines[3] = "{}"
        default:
            var hash = AuditChain.start
            lines = try Self.rows.map { row in
                var row = row
                row.detail = "nothing"
                hash = AuditChain.hash(hash, row.id, row.texts)
                row.hash = AuditChain.hex(hash)
                return String(decoding: try WireJSON.encode(row), as: UTF8.self)
            }
        }
        let error = #expect(throws: WatchmanError.self) { try Self.verify(lines, head: head) }
        #expect(error?.code == .conflict && error?.code.exitStatus == 1)
        #expect(error?.message.contains(problem) == true, "\(error?.message ?? "")")
    }

    @Test(arguments: [
        "", ":", "1", "1:", "1:ab", "x:\(String(repeating: "a", count: 64))", "-1:\(String(repeating: "a", count: 64))",
    ])
    func `a head of another form is a usage error`(head: String) {
        #expect(throws: (any Error).self) { try Watchman.parseAsRoot(["admin", "audit", "verify", "--head", head]) }
    }

    @Test func `what is asked for becomes a query`() throws {
        let command = try #require(
            try Watchman.parseAsRoot([
                "admin", "audit", "list", "--actor", "user:alice", "--subject", "a b&c", "--since", "1h", "--limit",
                "5000",
            ]) as? Watchman.AuditRows)
        #expect(
            command.path(now: CommandSamples.now)
                == "/api/v1/audit?actor=user%3Aalice&subject=a%20b%26c&since=1789996400&limit=1000")
    }
}
