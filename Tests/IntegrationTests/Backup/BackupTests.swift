import Foundation
import Glibc
import Testing
import WatchmanClient
import WatchmanCore
import WatchmanSystem

/// Backups of a real server: made under load, killed, and brought back.
@Suite(.logs)
struct BackupTests {
    /// What is in the backup folder.
    private static func files(_ server: ServerFixture) throws -> [String] {
        guard FileManager.default.fileExists(atPath: "\(server.state)/backups") else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: "\(server.state)/backups").sorted()
    }

    private static func restore(
        _ server: ServerFixture, _ file: String, _ arguments: String...
    ) async throws -> Program.Outcome {
        let command = ["backup", "restore", file, "--state", server.state, "--config", server.configurationFile]
        return try await server.start(command + arguments).wait()
    }

    @Test func `a backup is made while devices enrol, and is whole`() async throws {
        try await ServerFixture.with { server in
            let token = try await server.token(uses: 40)
            try await withThrowingTaskGroup { group in
                group.addTask {
                    for _ in 0..<40 { _ = try await server.register(token, hostname: "edge") }
                }
                for _ in 0..<4 {
                    let made = try await server.watchman("backup", "create")
                    #expect(made.status == 0)
                    let path = try #require(made.lines.first)
                    #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
                    let name = URL(fileURLWithPath: path).lastPathComponent
                    let tried = try await server.watchman("backup", "verify", name)
                    #expect(tried.status == 0, "\(tried.errorText)")
                    #expect(tried.text.contains("devices would be let in on their ports"))
                }
                try await group.waitForAll()
            }
            let last = try #require(try await server.watchman("backup", "create").lines.first)
            let tried = try await server.watchman("backup", "verify", last)
            #expect(tried.text == "40 of 40 devices would be let in on their ports; 0 root passwords open\n")
            #expect(try await server.watchman("backup").lines.count == 6)
        }
    }

    @Test func `killed at any moment of a backup the server leaves no half one`() async throws {
        try await ServerFixture.with { server in
            _ = try await server.register(try await server.token(), hostname: "edge")
            _ = try await server.stop()
            // So large that a backup takes a while.
            try server.edit(
                """
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
                INSERT INTO certificate (deviceID, keyID, fingerprint, issuedAt, expiresAt)
                SELECT 'abcdefgh23', 'abcdefgh23 local', hex(randomblob(32)), '2026-01-01', '2026-01-01' FROM n
                """)
            try await server.start()
            var whole = 0
            for _ in 0..<20 {
                let create = try server.start(["backup", "create"])
                try await Task.sleep(for: .milliseconds(Int.random(in: 20...400)))
                let program = try server.program()
                program.signal(SIGKILL)
                _ = try await program.wait()
                if try await create.wait().status == 0 { whole += 1 }
                for name in try Self.files(server) where BackupName.date(name) != nil {
                    let path = "\(server.state)/backups/\(name)"
                    let tried = try await server.watchman("backup", "verify", path)
                    #expect(tried.status == 0, "\(tried.errorText)")
                    try FileManager.default.removeItem(atPath: path)
                }
                try await server.start()
            }
            #expect(whole < 20, "no kill came in time")
            #expect(try await server.watchman("backup", "create").status == 0)
            let left = try Self.files(server)
            #expect(left.count == 1, "\(left)")
            #expect(try await server.stop().status == 0)
            let check = try server.query("PRAGMA integrity_check")
            #expect(check == ["ok"])
        }
    }

    @Test func `restored on an empty disk the server's devices come back by themselves`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.online(server, "edge-1")
            let made = try #require(try await server.watchman("backup", "create").lines.first)
            let copy = "\(server.folder)/copy.tar"
            try FileManager.default.copyItem(atPath: made, toPath: copy)
            _ = try await server.stop()
            if let gateway = server.gatewayPID { await Processes.endFamily(gateway) }
            let configuration = try WholeFile.read(server.configurationFile)
            for lost in [server.state, server.gateway, server.configurationFile] {
                try FileManager.default.removeItem(atPath: lost)
            }
            let restored = try await Self.restore(server, copy)
            #expect(restored.status == 0, "\(restored.errorText)")
            #expect(restored.text.hasPrefix("restored \(server.state) as of "))
            #expect(restored.errorText.contains("1 of 1 devices would be let in on their ports"))
            let again = try WholeFile.read(server.configurationFile)
            #expect(again == configuration)
            try await server.start()
            try await device.waitUntilOnline()
            #expect(try await server.watchman("connect", "edge-1", "--", "echo", "hello").text == "hello\n")
            // Passwords that were set since the backup are replaced, once.
            for _ in 0..<2 {
                let trail: AuditList = try await server.api { try await $0.get("/api/v1/audit?action=password.rotate") }
                #expect(trail.entries.map(\.actor) == ["server"])
                _ = try await server.stop()
                try await server.start()
            }
        }
    }

    @Test func `nothing is restored under a running server`() async throws {
        try await ServerFixture.with { server in
            let file = try #require(try await server.watchman("backup", "create").lines.first)
            let refused = try await Self.restore(server, file, "--force")
            #expect(refused.status == 1)
            #expect(refused.errorText.contains("a server runs here, it answers at \(server.socket): stop it first"))
            // Another configuration does not hide it.
            let other = try await server.watchman(
                "backup", "restore", file, "--force", "--state", server.state, "--config", "\(server.folder)/x.toml")
            #expect(other.status == 1)
            #expect(other.errorText.contains("uses \(server.state)/watchman.db: stop it first"))
            #expect(!FileManager.default.fileExists(atPath: "\(server.folder)/x.toml"))
            #expect(try await server.watchman("devices").status == 0)
        }
    }

    @Test func `what a newer watchman made is refused with 78`() async throws {
        try await ServerFixture.with { server in
            _ = try await server.stop()
            try server.edit("INSERT INTO grdb_migrations VALUES ('99 future')")
            #expect(try await server.launch().wait().status == 78)
            try server.edit("DELETE FROM grdb_migrations WHERE identifier = '99 future'")
            try await server.start()
            let file = try #require(try await server.watchman("backup", "create").lines.first)
            _ = try await server.stop()
            let data = try #require(try WholeFile.read(file))
            let newer = data.replacing(Data("\"format\" : 1".utf8), with: Data("\"format\" : 2".utf8))
            try WholeFile.write(newer, to: "\(server.folder)/newer.tar", mode: 0o600)
            let refused = try await Self.restore(server, "\(server.folder)/newer.tar", "--force")
            #expect(refused.status == 78)
            #expect(refused.errorText.contains("newer watchman"))
        }
    }

    @Test func `a state that is there is replaced only by force, and kept as a backup`() async throws {
        try await ServerFixture.with { server in
            let file = try #require(try await server.watchman("backup", "create").lines.first)
            _ = try await server.register(try await server.token(), hostname: "later")
            _ = try await server.stop()
            let refused = try await Self.restore(server, file)
            #expect(refused.status == 1)
            #expect(refused.errorText.contains("--force"))
            let forced = try await Self.restore(server, file, "--force")
            #expect(forced.status == 0, "\(forced.errorText)")
            let former = try #require(try Self.files(server).last)
            #expect(forced.errorText.contains("\(server.state)/backups/\(former)"))
            try await server.start()
            #expect(try await server.devices().isEmpty)
            _ = try await server.stop()
            let back = try await Self.restore(server, "\(server.state)/backups/\(former)", "--force")
            #expect(back.status == 0, "\(back.errorText)")
            try await server.start()
            #expect(try await server.devices().map(\.name) == ["later"])
        }
    }
}
