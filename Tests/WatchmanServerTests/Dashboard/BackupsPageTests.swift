import Foundation
import Hummingbird
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

@Suite struct BackupsPageTests {
    @Test func `a backup's state is told in a word, and its trouble in words`() throws {
        let now = Date()
        let sound = BackupVerification(at: now - 60, isSound: true, summary: "12 devices")
        let broken = BackupVerification(at: now - 60, isSound: false, summary: "escrow.key is missing")
        func row(_ name: String, problem: String?, _ verification: BackupVerification?) -> BackupSummary {
            BackupSummary(
                name: name, path: "/b/\(name)", createdAt: now - 7200, size: 5 << 20, devices: problem == nil ? 3 : nil,
                version: nil, host: nil, problem: problem, verification: verification)
        }
        let list = BackupList(
            folder: "/var/backups",
            backups: [
                row("a", problem: nil, nil), row("b", problem: nil, sound), row("c", problem: nil, broken),
                row("d", problem: "it is cut off", nil),
            ])
        let visit = Visit(
            visitor: nil, parameters: [:], query: [:], form: [:], source: "", now: now, origin: "https://localhost")
        let view = BackupsView(list, error: nil, visit)
        #expect(view.subtitle == "4 backups in /var/backups, the newest 2 h ago")
        let rows = try #require(view.list?.rows)
        #expect(rows.map(\.mark.word) == ["not verified", "verified", "damaged", "cannot be read"])
        #expect(rows.map(\.mark.kind) == ["idle", "ok", "bad", "bad"])
        #expect(
            rows.map(\.detail) == [nil, "1 min ago: 12 devices", "1 min ago: escrow.key is missing", "it is cut off"])
        #expect(rows.allSatisfy { $0.verifyPath == nil && $0.size == "5 MiB" })
        #expect(rows.map(\.devices) == ["3", "3", "3", "?"])
    }

    @Test func `before the first one there is a word, and a button for admins`() async throws {
        try await ServerFixture.with { fixture in
            let viewer = try await fixture.browser(.viewer).get("/backups").text
            #expect(viewer.contains("No backups yet") && !viewer.contains("Back up now"))
            let admin = try await fixture.browser(.admin, name: "bob").get("/backups").text
            #expect(admin.contains("Back up now"))
        }
    }
}
