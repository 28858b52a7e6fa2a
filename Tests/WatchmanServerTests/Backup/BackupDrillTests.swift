import Foundation
import TestSupport
import Testing
import WatchmanCore
import WatchmanSystem

@testable import WatchmanServer
@testable import WatchmanStore

/// What a trial restore accepts, and what it finds.
@Suite struct BackupDrillTests {
    /// Why a backup is not sound, without the names of this test's folders.
    private static func cause(_ fixture: BackupFixture, _ file: BackupFile) throws -> String {
        let verification = try fixture.verify(file)
        #expect(!verification.isSound)
        return verification.summary.replacing("\(file.path) is not a whole backup: ", with: "")
    }

    @Test func `a whole backup proves that every device would be let in`() async throws {
        try await BackupFixture.with { fixture in
            try await fixture.enrol(3)
            #expect(
                try fixture.verify(try fixture.make())
                    == BackupVerification(
                        at: Sample.now, isSound: true,
                        summary: "3 of 3 devices would be let in on their ports; 6 root passwords open"))
            let left = try FileManager.default.contentsOfDirectory(atPath: fixture.folder)
            #expect(!left.contains { $0.hasPrefix(".scratch") })
        }
    }

    @Test func `devices of two gateways may have one port`() async throws {
        try await BackupFixture.with { fixture in
            try await fixture.enrol(2)
            let file = try fixture.forgedDatabase(
                """
                INSERT INTO gateway VALUES ('other', NULL, 2222, 1100, 1199);
                UPDATE portLease SET gatewayID = 'other', port = 1100 WHERE port = 1101;
                """)
            #expect(try fixture.verify(file).summary.hasPrefix("2 of 2 devices would be let in"))
        }
    }

    @Test(arguments: [
        ("PRAGMA user_version = 0; DELETE FROM portLease WHERE port = 1100", "only 1 of 2 devices would be let in"),
        (
            "UPDATE rootPassword SET sealed = x'00' WHERE version = 2 AND deviceID = (SELECT min(id) FROM device)",
            "does not open with this escrow key"
        ),
        (
            "UPDATE rootPassword SET version = version + 5",
            "does not open with this escrow key"
        ),
        ("UPDATE device SET publicKey = 'ssh-ed25519 AAAA' WHERE name = 'edge'", "ssh"),
        ("DELETE FROM device WHERE name = 'edge'", "a row refers to nothing"),
        ("DELETE FROM grdb_migrations WHERE identifier = '2 dashboard'", "not the one that its manifest describes"),
        ("INSERT INTO grdb_migrations VALUES ('99 future')", "written by a newer watchman"),
        ("DROP TABLE grdb_migrations", "not the one that its manifest describes"),
    ])
    func `a database that no server could live from is found out`(sql: String, words: String) async throws {
        try await BackupFixture.with { fixture in
            try await fixture.enrol(2)
            let cause = try Self.cause(fixture, try fixture.forgedDatabase(sql))
            #expect(cause.contains(words))
        }
    }

    @Test func `a database with a bad page is found out`() async throws {
        try await BackupFixture.with { fixture in
            try await fixture.enrol(5)
            let file = try fixture.forged { members in
                let last = members.count - 1
                // The third page and on, behind the schema's beginning.
                for index in 8192..<members[last].content.count where index % 4096 < 64 {
                    members[last].content[index] = 0xff
                }
            }
            #expect(try Self.cause(fixture, file).hasPrefix("the database is damaged: "))
            let text = try fixture.forged { $0[$0.count - 1].content = Array("no database at all".utf8) }
            #expect(try Self.cause(fixture, text).hasPrefix("the database is damaged: "))
        }
    }

    /// The user CA's public half is on the devices alone.
    @Test(arguments: StateFolder.files.map(\.name).filter { $0 != "user_ca" })
    func `a file of another server is found out`(name: String) async throws {
        try await BackupFixture.with { fixture in
            try await fixture.enrol(1)
            let other = "\(fixture.folder)/other"
            let state = try StateFolder(path: other)
            _ = try (TLSIdentity(state), Escrow(state), Authorities(state).gatewayIdentity(state))
            let foreign = Array(try Data(contentsOf: URL(fileURLWithPath: "\(other)/\(name)")))
            let file = try fixture.forged { members in
                for index in members.indices where members[index].name == name { members[index].content = foreign }
            }
            #expect(try !fixture.verify(file).isSound)
        }
    }

    @Test(arguments: StateFolder.files.map(\.name))
    func `a damaged file is found out`(name: String) async throws {
        try await BackupFixture.with { fixture in
            try await fixture.enrol(1)
            let file = try fixture.forged { members in
                for index in members.indices where members[index].name == name {
                    members[index].content = Array("damaged\n".utf8)
                }
            }
            #expect(try !fixture.verify(file).isSound)
        }
    }

    @Test func `what differs from the manifest is refused`() async throws {
        try await BackupFixture.with { fixture in
            let changed = try fixture.forged(fits: false) { $0[3].content[0] ^= 1 }
            #expect(try Self.cause(fixture, changed) == "ca.pem is damaged: its hash is not the manifest's")
            let longer = try fixture.forged(fits: false) { $0[3].content += [0] }
            #expect(try Self.cause(fixture, longer) == "ca.pem has another size")
            let gone = try fixture.forged(fits: false) { $0.removeLast() }
            #expect(try Self.cause(fixture, gone) == "watchman.db is missing")
            let more = try fixture.forged(fits: false) { $0.append(("authorized_keys", [1])) }
            #expect(try Self.cause(fixture, more) == "it has a member that is not in its manifest")
            let swapped = try fixture.forged(fits: false) { $0.swapAt(2, 3) }
            #expect(try Self.cause(fixture, swapped) == "it has a member that is not in its manifest")
        }
    }

    @Test func `members that no backup has are refused, whatever the manifest says`() async throws {
        try await BackupFixture.with { fixture in
            for name in ["authorized_keys", "watchman.db-wal", "crontab"] {
                let more = try fixture.forged { $0.append((name, [1])) }
                #expect(try Self.cause(fixture, more) == "its members are not those of a backup")
            }
            let fewer = try fixture.forged { members in members.removeAll { $0.name == "user_ca" } }
            #expect(try Self.cause(fixture, fewer) == "its members are not those of a backup")
            let large = try fixture.forged { $0[2].content = Array(repeating: 0, count: (1 << 20) + 1) }
            #expect(try Self.cause(fixture, large) == "ca.key has another size")
            let left = try FileManager.default.contentsOfDirectory(atPath: fixture.folder)
            #expect(Set(left) == ["state", "server.toml"])
        }
    }

    @Test func `what does not begin with a manifest is no backup`() async throws {
        try await BackupFixture.with { fixture in
            let second = try fixture.forged(fits: false) { $0.swapAt(0, 1) }
            #expect(try Self.cause(fixture, second) == "it does not begin with a manifest")
            let odd = try fixture.forged(fits: false) { $0[0].content = Array("{\"format\":1}".utf8) }
            #expect(try Self.cause(fixture, odd) == "its manifest is malformed")
            let large = try fixture.forged(fits: false) { $0[0].content += Array(repeating: 0x20, count: 1 << 20) }
            #expect(try Self.cause(fixture, large) == "it does not begin with a manifest")
        }
    }

    @Test(arguments: ["{\"format\":2}", "{\"format\":99,\"members\":7}"])
    func `a newer form is told as such`(text: String) async throws {
        try await BackupFixture.with { fixture in
            let file = try fixture.forged(fits: false) { $0[0].content = Array(text.utf8) }
            #expect(try Self.cause(fixture, file).hasPrefix("the backup was made by a newer watchman"))
        }
    }

    @Test func `a backup made while others write is whole`() async throws {
        try await BackupFixture.with { fixture in
            try await withThrowingTaskGroup { group in
                group.addTask { try await fixture.enrol(60) }
                for round in 0..<5 {
                    let file = try fixture.make(now: Sample.now + Double(round * 60))
                    let verification = try fixture.verify(file)
                    #expect(verification.isSound, "\(verification.summary)")
                }
                try await group.waitForAll()
            }
            #expect(try fixture.verify(try fixture.make()).summary.hasPrefix("60 of 60 devices"))
        }
    }
}
