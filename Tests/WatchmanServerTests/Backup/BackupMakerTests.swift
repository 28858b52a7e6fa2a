import Foundation
import TestSupport
import Testing
import WatchmanCore
import WatchmanSystem

@testable import WatchmanServer
@testable import WatchmanStore

@Suite struct BackupMakerTests {
    @Test func `a backup is one file for its owner alone, and says what is in it`() async throws {
        try await BackupFixture.with { fixture in
            try await fixture.enrol(2)
            let file = try fixture.make()
            #expect(file.path == "\(fixture.state)/backups/watchman-20260921T141320Z.tar")
            #expect(try TemporaryFolder.mode(of: file.path) == 0o600)
            #expect(try TemporaryFolder.mode(of: "\(fixture.state)/backups") == 0o700)
            let manifest = try file.readManifest()
            #expect(manifest.format == 1 && manifest.version == Version.current && manifest.devices == 2)
            #expect(manifest.createdAt == Sample.now && manifest.schema.first == "1 foundation")
            #expect(manifest.stateFolder == fixture.state)
            #expect(manifest.configurationFile == "\(fixture.folder)/server.toml")
            #expect(manifest.members.map(\.name) == BackupFile.names(withConfiguration: true))
            #expect(manifest.members.allSatisfy { $0.sha256.count == 64 && $0.size > 0 })
            let left = try FileManager.default.contentsOfDirectory(atPath: "\(fixture.state)/backups")
            #expect(left == ["watchman-20260921T141320Z.tar"])
        }
    }

    @Test func `what is unpacked is what was there, with its modes`() async throws {
        try await BackupFixture.with { fixture in
            let file = try fixture.make()
            let copy = "\(fixture.folder)/copy"
            try WholeFile.makeFolder(copy, mode: 0o700)
            _ = try file.unpack(into: copy)
            for (name, mode) in StateFolder.files {
                let (old, new) = (try WholeFile.read("\(fixture.state)/\(name)"), try WholeFile.read("\(copy)/\(name)"))
                #expect(old == new)
                #expect(try TemporaryFolder.mode(of: "\(copy)/\(name)") == Int(mode))
            }
            #expect(try TemporaryFolder.mode(of: "\(copy)/watchman.db") == 0o600)
            let configuration = try WholeFile.read("\(copy)/server.toml")
            #expect(configuration == Data("host = \"tower.example\"\n".utf8))
        }
    }

    @Test func `a server without a configuration has none in its backup`() async throws {
        try await BackupFixture.with { fixture in
            try FileManager.default.removeItem(atPath: "\(fixture.folder)/server.toml")
            let file = try fixture.make()
            #expect(try file.readManifest().configurationFile == nil)
            #expect(try fixture.verify(file).isSound)
        }
    }

    @Test func `two backups of one second have two names`() async throws {
        try await BackupFixture.with { fixture in
            let names = [try fixture.maker.make(now: Sample.now), try fixture.maker.make(now: Sample.now)]
            #expect(names == ["watchman-20260921T141320Z.tar", "watchman-20260921T141321Z.tar"])
            #expect(try fixture.backups.list().map(\.name) == names.reversed())
        }
    }

    @Test func `what a killed one left is removed by the next`() async throws {
        try await BackupFixture.with { fixture in
            try WholeFile.makeFolder("\(fixture.state)/backups/.scratch-aaaaaaaa", mode: 0o700)
            try WholeFile.write("half", to: "\(fixture.state)/backups/.scratch-aaaaaaaa/backup", mode: 0o600)
            #expect(try fixture.backups.list() == [])
            _ = try fixture.make()
            let left = try FileManager.default.contentsOfDirectory(atPath: "\(fixture.state)/backups")
            #expect(left.count == 1)
        }
    }

    @Test func `a state that lacks a file gives no backup`() async throws {
        try await BackupFixture.with { fixture in
            try FileManager.default.removeItem(atPath: "\(fixture.state)/escrow.key")
            let error = #expect(throws: WatchmanError.self) { try fixture.make() }
            #expect(error == WatchmanError(.configuration, "\(fixture.state)/escrow.key is missing"))
            let left = try FileManager.default.contentsOfDirectory(atPath: "\(fixture.state)/backups")
            #expect(left == [])
        }
    }

    @Test func `a full disk says so and leaves nothing`() async throws {
        guard FileManager.default.isWritableFile(atPath: "/dev/full") else { return }
        try await BackupFixture.with { fixture in
            // As large as a disk that ends: SQLite meets it in the middle of the copy.
            let error = #expect(throws: WatchmanError.self) {
                try fixture.store.copy(to: "/dev/full")
            }
            #expect(error?.code == .exhausted)
        }
    }
}
