import Foundation
import HTTPTypes
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// What programs learn of the fleet as a whole.
@Suite struct OverviewEndpointTests {
    @Test func `the fleet is counted, and those that are gone are named`() async throws {
        try await ServerFixture.with { fixture in
            let (online, offline) = (try await fixture.device(name: "tower"), try await fixture.device(name: "attic"))
            _ = try await fixture.device(name: "cellar")
            let now = Date()
            for (index, device) in [online, offline].enumerated() {
                let report = CheckInRequest(
                    facts: Sample.facts(), vitals: Sample.vitals(clock: now + (index == 0 ? 0 : 900)),
                    tunnelProblem: nil)
                _ = try await fixture.fleet.store.checkIn(device: device.id, sequence: 1, report, now: now)
            }
            let port = try await fixture.info(online).port
            _ = try await fixture.fleet.store.record(gateway: "main", up: [port], down: [], now: now)
            _ = try await fixture.fleet.store.rollUp(now: now)
            let fleet = try await fixture.admin(.get, "/api/v1/fleet").decode(FleetOverview.self)
            #expect((fleet.online, fleet.offline, fleet.neverConnected) == (1, 1, 1))
            #expect(fleet.concerns.map { "\($0.kind.rawValue) \($0.name)" } == ["offline attic", "clock attic"])
            #expect(fleet.samples.map(\.online) == [1] && fleet.samples.map(\.total) == [3])
            #expect(fleet.events.map(\.name) == ["tower"] && fleet.events.map(\.isUp) == [true])
            let gateway = try await fixture.admin(.get, "/api/v1/gateway").decode(GatewayStatus.self)
            #expect(gateway.portsLeased == 3 && gateway.portsResting == 0)
            #expect(gateway.firstPort == ServerFixture.ports.lowerBound)
        }
    }

    @Test func `a device's history has ninety days and its figures`() async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device(name: "tower")
            let now = Date()
            let report = CheckInRequest(facts: Sample.facts(), vitals: Sample.vitals(clock: now), tunnelProblem: nil)
            _ = try await fixture.fleet.store.checkIn(device: device.id, sequence: 1, report, now: now)
            let path = "/api/v1/devices/tower/history"
            let day = try await fixture.admin(.get, path).decode(DeviceHistory.self)
            #expect(day.uptime.count == 90 && day.uptime.last?.fraction == 0 && day.uptime.first?.fraction == nil)
            #expect(day.metrics.map(\.memory) == [0.25])
            let quarter = try await fixture.admin(.get, "\(path)?span=quarter").decode(DeviceHistory.self)
            #expect(quarter.metrics.isEmpty, "no hour is over yet")
            let wrong = try await fixture.admin(.get, "\(path)?span=year")
            #expect(wrong.status == 400)
        }
    }

    @Test func `the audit trail comes page by page, newest first, and can be narrowed`() async throws {
        try await ServerFixture.with { fixture in
            for name in ["a", "b", "c"] { _ = try await fixture.user(name, .viewer) }
            let path = "/api/v1/audit?action=user.add&limit=2"
            let first = try await fixture.admin(.get, path).decode(AuditList.self)
            #expect(first.entries.map(\.subject) == ["c", "b"])
            let next = try #require(first.next)
            let second = try await fixture.admin(.get, "\(path)&after=\(next)").decode(AuditList.self)
            #expect(second.entries.map(\.subject) == ["a"] && second.next == nil)
            let wrong = try await fixture.admin(.get, "\(path)&after=nonsense")
            #expect(wrong.error == WatchmanError(.invalid, "after is not of this list"))
            let future = Int(Date().timeIntervalSince1970) + 60
            let late = try await fixture.admin(.get, "/api/v1/audit?since=\(future)").decode(AuditList.self)
            #expect(late.entries.isEmpty && late.next == nil)
        }
    }

    @Test func `the chain comes oldest first, page by page, and proves itself`() async throws {
        try await ServerFixture.with { fixture in
            for name in ["a", "b", "c"] { _ = try await fixture.user(name, .viewer) }
            var (walk, after) = (AuditChain.Walk(), "")
            repeat {
                let path = "/api/v1/audit/chain?limit=2&after=\(after)"
                let page = try await fixture.admin(.get, path).decode(AuditList.self)
                for row in page.entries { try walk.take(row) }
                after = page.next ?? ""
            } while !after.isEmpty
            let count = try await fixture.auditCount()
            #expect(walk.head.id == Int64(count) && count > 3)
        }
    }
}
