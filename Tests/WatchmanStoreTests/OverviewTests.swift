import Foundation
import GRDB
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanStore

/// What the dashboard's first page asks for.
@Suite struct OverviewTests {
    private static let now = StoreFixture.now

    /// Checks a device in, with a part of its disk free and its clock off by so many seconds.
    private static func checkIn(
        _ fixture: StoreFixture, _ id: String, free: Int64 = 20 << 30, skew: Double = 0, at time: Date = now
    ) async throws {
        var vitals = Sample.vitals(clock: time + skew)
        vitals.diskFree = free
        _ = try await fixture.checkIn(id, 1, vitals: vitals, now: time)
    }

    @Test func `devices are counted as online, offline and never heard of`() async throws {
        let fixture = try await StoreFixture()
        let ids = try await (0..<4).asyncMap { try await fixture.device(name: "edge-\($0)").device.id }
        for id in ids.prefix(3) { try await Self.checkIn(fixture, id) }
        _ = try await fixture.store.record(gateway: "main", up: [1100], down: [], now: Self.now)
        let states = try await fixture.store.fleetStates()
        #expect(states == Store.FleetStates(online: 1, offline: 2, never: 1) && states.total == 4)
    }

    @Test func `those offline the longest come first, and those never heard of not at all`() async throws {
        let fixture = try await StoreFixture()
        for (name, age) in [("young", 100.0), ("old", 9000), ("ancient", 90_000)] {
            try await Self.checkIn(fixture, try await fixture.device(name: name).device.id, at: Self.now - age)
        }
        _ = try await fixture.device(name: "never")
        _ = try await fixture.store.record(gateway: "main", up: [1100], down: [], now: Self.now)
        _ = try await fixture.store.record(gateway: "main", up: [], down: [1100], now: Self.now + 5)
        let offline = try await fixture.store.concerns(limit: 10).offline
        #expect(offline.map(\.name) == ["ancient", "old", "young"])
        #expect(offline.map(\.changedAt) == [nil, nil, Self.now + 5])
        #expect(try await fixture.store.concerns(limit: 2).offline.map(\.name) == ["ancient", "old"])
        _ = try await fixture.store.record(gateway: "main", up: [1101, 1102], down: [], now: Self.now + 9)
        #expect(try await fixture.store.concerns(limit: 10).offline.map(\.name) == ["young"])
    }

    @Test func `full disks and wrong clocks are found at their limits`() async throws {
        let fixture = try await StoreFixture()
        let tenth = Int64(32 << 30) / 10
        let cases: [(String, Int64, Double)] = [
            ("disk-fine", tenth + 1, 0), ("disk-full", tenth, 0), ("disk-none", 0, 0), ("clock-fine", 20 << 30, -60),
            ("clock-ahead", 20 << 30, 61), ("clock-behind", 20 << 30, -1.7e9),
        ]
        for (name, free, skew) in cases {
            try await Self.checkIn(fixture, try await fixture.device(name: name).device.id, free: free, skew: skew)
        }
        let concerns = try await fixture.store.concerns(limit: 10)
        #expect(concerns.disks.map(\.name) == ["disk-full", "disk-none"])
        #expect(concerns.clocks.map(\.name) == ["clock-ahead", "clock-behind"])
        #expect(concerns.counts == (0, 2, 2))
        let one = try await fixture.store.concerns(limit: 1)
        #expect(one.disks.count == 1 && one.clocks.count == 1 && one.counts == (0, 2, 2))
    }

    @Test(arguments: [
        ("\(Store.missing.condition) ORDER BY \(Store.missing.order)", "deviceByLastSeen"),
        ("\(Migrations.diskIsFull) ORDER BY name", "deviceWithFullDisk"),
        ("\(Migrations.clockIsOff) ORDER BY name", "deviceWithWrongClock"),
        ("state = \(DeviceState.duplicate.rank) ORDER BY name", "deviceByState"),
    ])
    func `what needs attention is read from an index, in its order`(condition: String, index: String)
        async throws
    {
        let fixture = try await StoreFixture()
        let plan = try await fixture.store.read { db in
            try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN SELECT id FROM device WHERE \(condition)")
                .map { row -> String in row["detail"] }
        }
        #expect(plan.count == 1 && plan.allSatisfy { $0.contains(index) })
    }

    @Test func `the fleet's events come with names, newest first`() async throws {
        let fixture = try await StoreFixture()
        for name in ["one", "two"] { _ = try await fixture.device(name: name) }
        _ = try await fixture.store.record(gateway: "main", up: [1100, 1101], down: [], now: Self.now)
        _ = try await fixture.store.record(gateway: "main", up: [], down: [1100], now: Self.now + 1)
        let events = try await fixture.store.fleetEvents(limit: 10)
        #expect(events.map(\.name) == ["one", "two", "one"] && events.map(\.isUp) == [false, true, true])
        #expect(try await fixture.store.fleetEvents(limit: 1).map(\.at) == [Self.now + 1])
    }

    @Test func `tags are listed once each, sorted, up to a limit`() async throws {
        let fixture = try await StoreFixture()
        #expect(try await fixture.store.tags(limit: 10).isEmpty)
        let token = try await fixture.token(tags: ["b", "a", "site=berlin"])
        for _ in 0..<3 { try await fixture.register(token) }
        #expect(try await fixture.store.tags(limit: 10) == ["a", "b", "site=berlin"])
        #expect(try await fixture.store.tags(limit: 2) == ["a", "b"])
    }

    @Test func `ports are counted as leased and at rest`() async throws {
        let fixture = try await StoreFixture()
        for name in ["one", "two", "three"] { _ = try await fixture.device(name: name) }
        _ = try await fixture.store.remove("two", actor: "local", now: Self.now)
        let use = try await fixture.store.portUse(gateway: "main")
        #expect(use == (leased: 2, resting: 1))
        let none = try await fixture.store.portUse(gateway: "other")
        #expect(none == (leased: 0, resting: 0))
    }
}

extension Sequence {
    fileprivate func asyncMap<Value>(_ body: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await body(element)) }
        return values
    }
}
