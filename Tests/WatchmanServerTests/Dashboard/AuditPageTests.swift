import Foundation
import GRDB
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

@Suite struct AuditPageTests {
    @Test func `rows are shown with devices by name, filtered, and page by page`() async throws {
        try await ServerFixture.with { fixture in
            let tower = try await fixture.device(name: "tower")
            let browser = try await fixture.browser(.admin)
            for number in 0..<120 {
                let change = DeviceChange(addTags: ["t\(number)"])
                _ = try await fixture.fleet.change(tower.id, change, actor: "user:alice", now: Date())
            }
            let first = try await browser.get("/audit").text
            #expect(first.contains("<a href=\"/devices/\(tower.id)\">tower</a>") && first.contains("t119"))
            #expect(!first.contains("Newest"))
            let next = try #require(first.firstMatch(of: /href="([^"]*before[^"]*)"/)?.output.1)
            let older = try await browser.get(String(next).replacing("&#61;", with: "=")).text
            #expect(older.contains("device.register") && older.contains("Newest") && !older.contains(">t119<"))
            let some = try await browser.get("/audit?action=register&subject=tower").text
            #expect(some.contains("device.register") && !some.contains("device.tag"))
            let none = try await browser.get("/audit?actor=nobody").text
            #expect(none.contains("Nothing matches") && none.contains("value=\"nobody\""))
        }
    }

    @Test func `it says where something was done from, and whether the chain holds`() async throws {
        try await ServerFixture.with { fixture in
            let browser = try await fixture.browser(.admin)
            let page = try await browser.get("/audit").text
            #expect(page.contains("<small class=\"soft wrap\">192.0.2.1</small>"))
            #expect(page.contains("the chain holds: 3 rows"))
        }
    }

    @Test func `it names the first row that was tampered with, whenever it was written`() async throws {
        let queue = try DatabaseQueue(configuration: Store.configuration())
        try Migrations.migrator.migrate(queue)
        try await queue.write { db in
            for number in 1...9 { try Store.audit(db, Date(), actor: "local", "a.b", "s\(number)", "d") }
            try db.execute(sql: "DROP TRIGGER auditIsNeverChanged; UPDATE audit SET actor = 'x' WHERE id = 5")
        }
        let verdict = AuditVerdict(store: try Store(writer: queue))
        for _ in 0..<2 {
            let mark = try await verdict.mark()
            #expect(mark.kind == "bad" && mark.word.hasSuffix("row 5 does not follow from those before it"))
        }
    }
}
