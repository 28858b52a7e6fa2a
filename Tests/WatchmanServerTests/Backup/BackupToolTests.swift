import Foundation
import TestSupport
import Testing
import WatchmanCore
import WatchmanSystem

@testable import WatchmanServer
@testable import WatchmanStore

/// Restoring without a server.
@Suite struct BackupToolTests {
    private static func restore(
        _ fixture: BackupFixture, _ file: BackupFile, to state: String = "new", force: Bool = false
    ) throws -> BackupTool.Restored {
        try BackupTool(file: file.path, scratch: fixture.folder).restore(
            state: "\(fixture.folder)/\(state)", configuration: "\(fixture.folder)/\(state)-etc/server.toml",
            force: force, now: Sample.now)
    }

    @Test func `an empty place becomes the server that was backed up`() async throws {
        try await BackupFixture.with { fixture in
            try await fixture.enrol(2)
            let restored = try Self.restore(fixture, try fixture.make())
            #expect(restored.proof.hasPrefix("2 of 2 devices"))
            #expect(restored.former == nil && restored.formerConfiguration == nil && restored.createdAt == Sample.now)
            let new = "\(fixture.folder)/new"
            #expect(try TemporaryFolder.mode(of: new) == 0o700)
            for (name, mode) in StateFolder.files {
                let (old, copy) = (try WholeFile.read("\(fixture.state)/\(name)"), try WholeFile.read("\(new)/\(name)"))
                #expect(old == copy)
                #expect(try TemporaryFolder.mode(of: "\(new)/\(name)") == Int(mode))
            }
            let names = Set(try FileManager.default.contentsOfDirectory(atPath: new))
            #expect(names == Set(StateFolder.files.map(\.name) + ["watchman.db", RestoredState.note]))
            let store = try StateFolder(path: new).openStore()
            let (before, after) = (try await fixture.store.devices(), try await store.devices())
            #expect(before.map { "\($0.device.id) \($0.port)" } == after.map { "\($0.device.id) \($0.port)" })
            #expect(try TemporaryFolder.mode(of: "\(new)-etc/server.toml") == 0o640)
            let configuration = try WholeFile.read("\(new)-etc/server.toml")
            #expect(configuration == Data("host = \"tower.example\"\n".utf8))
        }
    }

    @Test func `a state that is there stays, byte for byte`() async throws {
        try await BackupFixture.with { fixture in
            let file = try fixture.make()
            _ = try Self.restore(fixture, file)
            let before = try BackupFixture.content("\(fixture.folder)/new")
            let error = #expect(throws: WatchmanError.self) { try Self.restore(fixture, file) }
            #expect(error?.code == .conflict)
            #expect(error?.message.contains("--force") == true)
            let after = try BackupFixture.content("\(fixture.folder)/new")
            #expect(before == after)
        }
    }

    @Test(arguments: StateFolder.files.map(\.name)) func `one file is a state`(name: String) async throws {
        try await BackupFixture.with { fixture in
            let file = try fixture.make()
            try WholeFile.makeFolder("\(fixture.folder)/new", mode: 0o700)
            try WholeFile.write("mine", to: "\(fixture.folder)/new/\(name)", mode: 0o600)
            #expect(throws: WatchmanError.self) { try Self.restore(fixture, file) }
            // Half a state cannot be backed up, so it is not replaced either.
            #expect(throws: WatchmanError.self) { try Self.restore(fixture, file, force: true) }
            #expect(try WholeFile.read("\(fixture.folder)/new/\(name)") == Data("mine".utf8))
        }
    }

    @Test func `with force what is there is backed up before it is replaced`() async throws {
        try await BackupFixture.with { fixture in
            let file = try fixture.make()
            _ = try Self.restore(fixture, file)
            let new = "\(fixture.folder)/new"
            try WholeFile.makeFolder("\(new)/backups", mode: 0o700)
            try WholeFile.write("other", to: "\(new)/backups/keep-me", mode: 0o600)
            try await fixture.enrol(1)
            try WholeFile.write("host = \"old.example\"\n", to: "\(new)-etc/server.toml", mode: 0o640)
            let later = try fixture.make(now: Sample.now + 60)
            let restored = try Self.restore(fixture, later, force: true)
            let former = try #require(restored.former)
            #expect(try BackupFile(path: former).readManifest().devices == 0)
            #expect(try fixture.verify(BackupFile(path: former)).isSound)
            #expect(restored.formerConfiguration == "\(new)-etc/server.toml.before-restore")
            let old = try WholeFile.read("\(new)-etc/server.toml.before-restore")
            #expect(old == Data("host = \"old.example\"\n".utf8))
            #expect(FileManager.default.fileExists(atPath: "\(new)/backups/keep-me"))
            let devices = try await StateFolder(path: new).openStore().devices()
            #expect(devices.count == 1)
        }
    }

    @Test func `what is not sound touches nothing`() async throws {
        try await BackupFixture.with { fixture in
            try await fixture.enrol(1)
            let bad = try fixture.forgedDatabase("DELETE FROM portLease")
            let error = #expect(throws: WatchmanError.self) { try Self.restore(fixture, bad) }
            #expect(error?.code == .configuration)
            #expect(error?.message.contains("cannot be restored: ") == true)
            #expect(!FileManager.default.fileExists(atPath: "\(fixture.folder)/new"))
            #expect(!FileManager.default.fileExists(atPath: "\(fixture.folder)/new-etc"))
        }
    }

    @Test func `a backup of a newer watchman is a matter of configuration`() async throws {
        try await BackupFixture.with { fixture in
            for file in [
                try fixture.forgedDatabase("INSERT INTO grdb_migrations VALUES ('99 future')"),
                try fixture.forged(fits: false) { $0[0].content = Array("{\"format\":2}".utf8) },
            ] {
                let error = #expect(throws: WatchmanError.self) { try Self.restore(fixture, file) }
                #expect(error?.code == .configuration)
                #expect(error?.message.contains("newer watchman") == true)
            }
        }
    }

    @Test func `a state in use is refused`() async throws {
        try await BackupFixture.with { fixture in
            let file = try fixture.make()
            let error = #expect(throws: WatchmanError.self) {
                try Self.restore(fixture, file, to: "state", force: true)
            }
            #expect(error?.code == .conflict)
            #expect(error?.message.contains("process \(getpid())") == true)
        }
    }

    @Test func `a restore that was decided is finished by the next start, one that was not is forgotten`() async throws
    {
        try await BackupFixture.with { fixture in
            try await fixture.enrol(1)
            let file = try fixture.make()
            let new = "\(fixture.folder)/new"
            _ = try Self.restore(fixture, file)
            let whole = try BackupFixture.content(new)
            // As if it had been killed with half of the files moved, and an old database's log were still there.
            try WholeFile.makeFolder("\(new)/.restored", mode: 0o700)
            for name in ["watchman.db", "ca.key", "escrow.key"] {
                try FileManager.default.moveItem(atPath: "\(new)/\(name)", toPath: "\(new)/.restored/\(name)")
            }
            try WholeFile.write("old", to: "\(new)/ca.key", mode: 0o600)
            try WholeFile.write("old log", to: "\(new)/watchman.db-wal", mode: 0o600)
            _ = try StateFolder(path: new)
            let settled = try BackupFixture.content(new)
            #expect(settled == whole)
            try WholeFile.makeFolder("\(new)/.restoring", mode: 0o700)
            try WholeFile.write("half", to: "\(new)/.restoring/ca.key", mode: 0o600)
            let devices = try await StateFolder(path: new).openStore().devices()
            #expect(devices.count == 1)
            let key = try WholeFile.read("\(new)/ca.key")
            #expect(key == whole["ca.key"])
        }
    }
}
