import ArgumentParser
import Foundation
import Testing
import WatchmanCore

@testable import WatchmanCommands

@Suite struct BackupCommandTests {
    private static func row(
        _ seconds: Double, devices: Int? = 3, problem: String? = nil, verification: BackupVerification? = nil
    ) -> BackupSummary {
        let date = CommandSamples.now - seconds
        return BackupSummary(
            name: BackupName.of(date), path: "/var/lib/watchman/backups/\(BackupName.of(date))", createdAt: date,
            size: 1_600_000, devices: devices, version: devices.map { _ in "0.1.0" },
            host: devices.map { _ in "tower" },
            problem: problem, verification: verification)
    }

    private static func flat(_ value: some Encodable) throws -> String {
        String(decoding: try WireJSON.encode(value, pretty: true), as: UTF8.self)
            .split { $0 == " " || $0 == "\n" }.joined(separator: " ")
    }

    @Test func `the list says of each whether it was tried`() {
        let sound = BackupVerification(at: CommandSamples.now - 7200, isSound: true, summary: "3 of 3 devices")
        let bad = BackupVerification(at: CommandSamples.now - 60, isSound: false, summary: "damaged")
        let rows = [
            Self.row(0), Self.row(60, verification: sound), Self.row(120, verification: bad),
            Self.row(180, devices: nil, problem: "it has no end"),
        ]
        #expect(
            Watchman.BackupList.table(rows, now: CommandSamples.now) == [
                "NAME                           TIME                     SIZE     DEVICES  VERSION  VERIFIED",
                "watchman-20260921T141320Z.tar  2026-09-21 14:13:20 UTC  1.5 MiB  3        0.1.0    never",
                "watchman-20260921T141220Z.tar  2026-09-21 14:12:20 UTC  1.5 MiB  3        0.1.0    sound, 2 h ago",
                "watchman-20260921T141120Z.tar  2026-09-21 14:11:20 UTC  1.5 MiB  3        0.1.0    NOT SOUND, 1 min ago",
                "watchman-20260921T141020Z.tar  2026-09-21 14:10:20 UTC  1.5 MiB  -        -        cannot be read",
            ])
    }

    @Test func `backup list as JSON`() throws {
        let sound = BackupVerification(at: CommandSamples.now + 60, isSound: true, summary: "3 of 3 devices")
        let list = BackupList(
            folder: "/var/lib/watchman/backups",
            backups: [Self.row(0, verification: sound), Self.row(60, devices: nil, problem: "it has no end")])
        #expect(
            try Self.flat(list) == """
                { "backups" : [ { "createdAt" : "2026-09-21T14:13:20Z", "devices" : 3, "host" : "tower", \
                "name" : "watchman-20260921T141320Z.tar", \
                "path" : "/var/lib/watchman/backups/watchman-20260921T141320Z.tar", "size" : 1600000, \
                "verification" : { "at" : "2026-09-21T14:14:20Z", "isSound" : true, "summary" : "3 of 3 devices" }, \
                "version" : "0.1.0" }, { "createdAt" : "2026-09-21T14:12:20Z", \
                "name" : "watchman-20260921T141220Z.tar", \
                "path" : "/var/lib/watchman/backups/watchman-20260921T141220Z.tar", \
                "problem" : "it has no end", "size" : 1600000 } ], "folder" : "/var/lib/watchman/backups" }
                """)
    }

    @Test func `backup prune as a table and as JSON`() throws {
        let result = BackupPruneResult(
            kept: [.init(name: "watchman-20260921T141320Z.tar", reasons: ["newest", "daily"])],
            removed: ["watchman-20260921T141220Z.tar"], isDryRun: true)
        #expect(
            Watchman.BackupPrune.table(result) == [
                "NAME                           FATE      WHY",  //
                "watchman-20260921T141320Z.tar  kept      newest, daily",
                "watchman-20260921T141220Z.tar  would go  no rule keeps it",
            ])
        #expect(
            try Self.flat(result) == """
                { "isDryRun" : true, "kept" : [ { "name" : "watchman-20260921T141320Z.tar", \
                "reasons" : [ "newest", "daily" ] } ], "removed" : [ "watchman-20260921T141220Z.tar" ] }
                """)
    }

    @Test(arguments: [
        (Int64(0), "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1_600_000, "1.5 MiB"), (5 << 30, "5.0 GiB"),
        (3 << 40, "3.0 TiB"), (.max, "8388608.0 TiB"),
    ])
    func `a size is told in its largest unit`(bytes: Int64, words: String) {
        #expect(ByteCount.words(bytes) == words)
    }

    @Test(arguments: [
        ["prune", "--keep-daily", "-1"], ["prune", "--keep-weekly", "10001"], ["prune", "--keep-monthly", "x"],
        ["schedule", "--at", "02:30", "--remove"], ["schedule", "--on-calendar", "daily", "--at", "02:30"],
        ["verify"], ["restore"], ["restore", "a", "b"], ["create", "x"],
    ])
    func `wrong usage ends with 64`(arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try Watchman.parseAsRoot(["backup"] + arguments) }
        #expect(error.map { Watchman.exitCode(for: $0).rawValue } == 64)
    }

    @Test func `without a subcommand backups are listed`() throws {
        #expect(try Watchman.parseAsRoot(["backup"]) is Watchman.BackupList)
    }
}
