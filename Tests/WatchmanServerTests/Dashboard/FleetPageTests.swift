import Foundation
import GRDB
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

@Suite struct FleetPageTests {
    @Test func `an empty fleet says how to begin, to those who may`() async throws {
        try await ServerFixture.with { fixture in
            let viewer = try await fixture.browser(.viewer).get("/")
            #expect(viewer.status == 200 && viewer.text.contains("No devices yet"))
            #expect(!viewer.text.contains("href=\"/enrol\""))
            let admin = try await fixture.browser(.operator, name: "bob").get("/")
            #expect(admin.text.contains("href=\"/enrol\""))
        }
    }

    @Test func `what needs someone is told with its reason, and events with their names`() async throws {
        try await ServerFixture.with { fixture in
            let now = Date()
            let store = fixture.fleet.store
            let tower = try await fixture.device(name: "tower")
            _ = try await fixture.device(name: "unheard")
            var vitals = Sample.vitals(clock: now - 4000)
            vitals.diskFree = 1 << 30
            try await fixture.checkIn(tower, vitals: vitals, now: now - 7200)
            _ = try await store.record(gateway: "main", up: [1100], down: [], now: now - 9000)
            _ = try await store.record(gateway: "main", up: [], down: [1100], now: now - 7300)
            let text = try await fixture.browser(.viewer).get("/").text
            for part in [
                "no tunnel, and no check-in for 2 h", "the longest for 2 h", "root file system nearly full, 1 GiB free",
                "its clock is", "/devices/\(tower.id)", ">tower<", ">down<", ">up<", "never connected",
                "2 devices on gateway",
            ] { #expect(text.contains(part), "\(part)") }
        }
    }

    @Test func `devices online are drawn where there are samples`() async throws {
        try await ServerFixture.with { fixture in
            _ = try await fixture.device(name: "tower")
            let browser = try await fixture.browser(.viewer)
            let before = try await browser.get("/").text
            #expect(before.contains("Nothing to draw yet") && !before.contains("data-chart"))
            let slot = Int(Date().timeIntervalSince1970) / 300
            try await fixture.fleet.store.write { db in
                for age in 0..<3 {
                    try db.execute(
                        sql: "INSERT INTO fleetSample (slot, online, total) VALUES (?, 1, 1)", arguments: [slot - age])
                }
            }
            let after = try await browser.get("/").text
            #expect(after.contains("data-chart") && after.contains("Devices online, last 24 hours: 1 to 1, at last 1"))
        }
    }
}
