import Foundation
import Glibc
import Testing
import WatchmanCore
import WatchmanSystem

/// The audit trail as an auditor meets it: listed, exported, proved, and in the server's log.
@Suite(.logs)
struct AuditTests {
    @Test func `the trail is exported in parts, proved from the file, and a change of the database is found`()
        async throws
    {
        try await ServerFixture.with { server in
            for number in 0..<3 {
                #expect(try await server.watchman("admin", "users", "add", "user-\(number)").status == 0)
            }
            let first = try await server.watchman("admin", "audit", "export")
            let head = try await server.watchman("admin", "audit", "verify")
            #expect(head.status == 0 && head.lines.count == 1)
            let noted = try #require(head.lines.first?.split(separator: " ").last.map(String.init))
            #expect(head.errorText.contains("keep the head elsewhere"))
            #expect(try await server.watchman("admin", "users", "remove", "user-1").status == 0)
            let rest = try await server.watchman("admin", "audit", "export", "--after", "\(first.lines.count)")
            #expect(rest.lines.count == 1 && rest.text.contains("user.remove"))
            let file = "\(server.folder)/audit.jsonl"
            try WholeFile.write(first.output + rest.output, to: file, mode: 0o600)
            let proof = try await server.watchman("admin", "audit", "verify", "--head", noted, file)
            #expect(proof.status == 0 && proof.errorText == "")
            #expect(proof.text.hasPrefix("\(first.lines.count + 1) rows, head \(first.lines.count + 1):"))
            let short = try await server.watchman("admin", "audit", "verify", "--head", noted, "/dev/null")
            #expect(short.status == 1 && short.errorText.contains("it ends with row 0"))
            _ = try await server.stop()
            try server.edit("DROP TRIGGER auditIsNeverChanged; UPDATE audit SET actor = 'user:other' WHERE id = 2")
            try await server.start()
            for arguments in [[], ["--head", noted]] {
                let broken = try await server.start(["admin", "audit", "verify"] + arguments).wait()
                #expect(broken.status == 1 && broken.text == "")
                #expect(
                    broken.errorLines == [
                        "watchman: error: the audit trail was tampered with: row 2 does not follow from those before it"
                    ])
            }
        }
    }

    @Test func `a trail that was written anew, or cut off, is found by a head that was noted`() async throws {
        try await ServerFixture.with { server in
            for name in ["a", "b"] { _ = try await server.watchman("admin", "users", "add", name) }
            let head = try await server.watchman("admin", "audit", "verify")
            let noted = try #require(head.lines.first?.split(separator: " ").last.map(String.init))
            _ = try await server.stop()
            try server.edit(
                "DROP TRIGGER auditIsNeverDeleted; DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)")
            try await server.start()
            #expect(try await server.watchman("admin", "audit", "verify").status == 0, "it looks sound")
            let cut = try await server.watchman("admin", "audit", "verify", "--head", noted)
            #expect(cut.status == 1 && cut.errorText.contains("was noted"))
            _ = try await server.watchman("admin", "users", "add", "c")
            let anew = try await server.watchman("admin", "audit", "verify", "--head", noted)
            #expect(anew.status == 1 && anew.errorText.contains("is not the one that was noted"))
        }
    }

    @Test func `every row is in the server's log with its hash, also those of a server that was killed`() async throws {
        try await ServerFixture.with { server in
            _ = try await server.watchman("admin", "users", "add", "alice")
            try server.program().signal(SIGKILL)
            let killed = try await server.program().wait(within: .seconds(60))
            try await server.start()
            _ = try await server.watchman("admin", "users", "remove", "alice")
            let rows = try await server.watchman("admin", "audit", "export").lines
            let hashes = try rows.map { try WireJSON.decode(AuditRow.self, from: Data($0.utf8)).hash }
            try await Wait.until("the log") {
                let lines = killed.errorLines + (try server.program().soFar.errorLines)
                return hashes.allSatisfy { hash in lines.contains { $0.contains("hash=\(hash)") } }
            }
            let line = try #require(try server.program().soFar.errorLines.last { $0.hasPrefix("info: audit ") })
            #expect(line.contains("action=user.remove actor=local") && line.contains("source=local subject=alice"))
        }
    }
}
