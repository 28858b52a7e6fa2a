import Foundation
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
}
