import Foundation
import GRDB
import HTTPTypes
import TestSupport
import Testing
import WatchmanCore
import WatchmanSystem

@testable import WatchmanServer
@testable import WatchmanStore

@Suite struct BackupEndpointTests {
    private static func list(_ fixture: ServerFixture) async throws -> [BackupSummary] {
        try await fixture.admin(.get, "/api/v1/backups").decode(BackupList.self).backups
    }

    private static func audit(_ fixture: ServerFixture) async throws -> [String] {
        try await fixture.fleet.store.read { db in
            try String.fetchAll(
                db,
                sql:
                    "SELECT actor || ' ' || action || ' ' || subject FROM audit WHERE action LIKE 'backup.%' ORDER BY id"
            )
        }
    }

    @Test func `a backup is made, listed, tried and remembered`() async throws {
        try await ServerFixture.with { fixture in
            #expect(try await Self.list(fixture) == [])
            _ = try await fixture.device(name: "edge-1")
            let made = try await fixture.admin(.post, "/api/v1/backups", Acknowledgement()).decode(BackupSummary.self)
            #expect(made.devices == 1 && made.version == Version.current && made.verification == nil)
            #expect(made.problem == nil && made.size > 0 && FileManager.default.fileExists(atPath: made.path))
            let tried = try await fixture.admin(
                .post, "/api/v1/backups/\(made.name)/verify", Acknowledgement()
            ).decode(BackupSummary.self)
            #expect(tried.verification?.isSound == true)
            #expect(tried.verification?.summary.hasPrefix("1 of 1 devices") == true)
            #expect(try await Self.list(fixture) == [tried])
            #expect(try TemporaryFolder.mode(of: "\(made.path).verified") == 0o600)
            let rows = try await Self.audit(fixture)
            #expect(rows == ["local backup.create \(made.name)", "local backup.verify \(made.name)"])
        }
    }

    @Test func `a damaged backup is listed as such and told from a whole one`() async throws {
        try await ServerFixture.with { fixture in
            let whole = try await fixture.backup(now: Sample.now)
            let damaged = try await fixture.backup(now: Sample.now + 60)
            _ = try await fixture.admin(.post, "/api/v1/backups/\(damaged.name)/verify", Acknowledgement())
            try WholeFile.write("not a backup", to: damaged.path, mode: 0o600)
            let rows = try await Self.list(fixture)
            #expect(rows.map(\.name) == [damaged.name, whole.name])
            #expect(rows[0].problem != nil && rows[0].devices == nil)
            #expect(rows[0].verification == nil, "what was proved of another content counts no more")
            let answer = try await fixture.admin(
                .post, "/api/v1/backups/\(damaged.name)/verify", Acknowledgement())
            #expect(try answer.decode(BackupSummary.self).verification?.isSound == false)
        }
    }

    @Test(arguments: [
        "watchman-20260921T141320Z.tar", "x", "..%2Fwatchman.db", "%2Fetc%2Fpasswd", "watchman-20260921T141320Z.tar%00",
    ])
    func `a name that no backup has is not found`(name: String) async throws {
        try await ServerFixture.with { fixture in
            let answer = try await fixture.admin(.post, "/api/v1/backups/\(name)/verify", Acknowledgement())
            #expect(answer.status == 404)
            #expect(answer.error?.code == .notFound)
        }
    }

    @Test func `what is called like a backup and is none is not opened`() async throws {
        try await ServerFixture.with { fixture in
            let real = try await fixture.backup(now: Sample.now)
            let folder = URL(fileURLWithPath: real.path).deletingLastPathComponent().path
            let link = "watchman-20270101T000000Z.tar"
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/\(link)", withDestinationPath: real.path)
            try WholeFile.makeFolder("\(folder)/watchman-20270102T000000Z.tar", mode: 0o700)
            #expect(try await Self.list(fixture).map(\.name) == [real.name])
            #expect(
                try await fixture.admin(.post, "/api/v1/backups/\(link)/verify", Acknowledgement()).status == 404)
        }
    }

    @Test func `pruning keeps what a rule keeps, and files that are not ours`() async throws {
        try await ServerFixture.with { fixture in
            var names: [String] = []
            for seconds in [0, 3600, 86_400, 90_000] {
                names.append(try await fixture.backup(now: Sample.now + Double(seconds)).name)
            }
            let folder = fixture.fleet.backups.folder.path
            for other in ["notes.txt", "watchman-20260101.tar", "watchman-20200101T000000Z.tar"] {
                try WholeFile.write("mine", to: "\(folder)/\(other)", mode: 0o600)
            }
            let rule = BackupPruneRequest(keepDaily: 2, keepWeekly: 0, keepMonthly: 0, isDryRun: true)
            let dry = try await fixture.admin(.post, "/api/v1/backups/prune", rule).decode(BackupPruneResult.self)
            #expect(dry.isDryRun && dry.removed == [names[2], names[0]])
            #expect(try await Self.list(fixture).count == 5)
            let real = try await fixture.admin(
                .post, "/api/v1/backups/prune", BackupPruneRequest(keepDaily: 2, keepWeekly: 0, keepMonthly: 0)
            ).decode(BackupPruneResult.self)
            #expect(real.removed == dry.removed)
            #expect(
                real.kept == [
                    .init(name: names[3], reasons: ["newest", "daily"]), .init(name: names[1], reasons: ["daily"]),
                    .init(name: "watchman-20200101T000000Z.tar", reasons: ["damaged"]),
                ])
            let left = Set(try FileManager.default.contentsOfDirectory(atPath: folder))
            #expect(
                left == [
                    names[3], names[1], "notes.txt", "watchman-20260101.tar", "watchman-20200101T000000Z.tar",
                ])
        }
    }

    @Test(arguments: [-1, 10_001]) func `a number to keep that makes no sense is refused`(count: Int) async throws {
        try await ServerFixture.with { fixture in
            let answer = try await fixture.admin(
                .post, "/api/v1/backups/prune", BackupPruneRequest(keepWeekly: count))
            #expect(answer.error?.code == .invalid)
        }
    }

    @Test func `the server's own jobs say what they did`() async throws {
        try await ServerFixture.with { fixture in
            let made = try await fixture.fleet.backups.createBackup()
            #expect(made.hasPrefix("watchman-") && made.contains("0 devices"))
            #expect(try await fixture.fleet.backups.pruneBackups() == "1 kept, 0 removed")
            #expect(try await Self.audit(fixture).first?.hasPrefix("schedule backup.create ") == true)
        }
    }

    @Test func `whoever watches is told`() async throws {
        try await ServerFixture.with { fixture in
            var changes = fixture.fleet.changes.listen().makeAsyncIterator()
            _ = try await fixture.backup()
            #expect(await changes.next() == .backups)
        }
    }
}
