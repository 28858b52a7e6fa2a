import Foundation
import GRDB
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanStore

@Suite struct RollUpTests {
    private static let day = 86400.0
    /// 2026-09-21 00:00 UTC.
    private static let midnight = Date(timeIntervalSince1970: 1_789_948_800)

    /// A device enrolled at `createdAt` whose tunnel changed at these times, first up.
    private static func device(
        _ fixture: StoreFixture, _ name: String, createdAt: Date, changes: [Date], firstUp: Bool = true
    ) async throws -> String {
        let info = try await fixture.register(try await fixture.token(), name: name, now: StoreFixture.now).info
        try await fixture.store.write { db in
            try db.execute(
                sql: "UPDATE device SET createdAt = ? WHERE id = ?", arguments: [createdAt, info.device.id])
        }
        var isUp = firstUp
        for at in changes {
            let ports = Set([info.port])
            _ = try await fixture.store.record(gateway: "main", up: isUp ? ports : [], down: isUp ? [] : ports, now: at)
            isUp.toggle()
        }
        return info.device.id
    }

    private static func uptimeDays(_ fixture: StoreFixture, _ id: String) async throws -> [Int: Int] {
        try await fixture.store.read { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT day, seconds FROM uptimeDay WHERE deviceID = ?", arguments: [id])
            return Dictionary(uniqueKeysWithValues: rows.map { ($0["day"], $0["seconds"]) })
        }
    }

    /// Second by second.
    private static func naive(_ changes: [Date], _ days: Range<Int>) -> [Int: Int] {
        let toggles = Set(changes.map { Int($0.timeIntervalSince1970) })
        var (result, isUp) = ([Int: Int](), false)
        for second in days.lowerBound * 86400..<days.upperBound * 86400 {
            if toggles.contains(second) { isUp.toggle() }
            result[second / 86400, default: 0] += isUp ? 1 : 0
        }
        return result
    }

    @Test(arguments: 0..<6) func `days of uptime are what counting every second gives`(seed: Int) async throws {
        let fixture = try await StoreFixture()
        var random = SplitMix(seed: UInt64(seed))
        let count = [0, 1, 2, 7, 20, 60][seed]
        let borders = [0.0, Self.day, 2 * Self.day - 1, 2 * Self.day]
        var changes = (0..<count).map { _ in Double(Int.random(in: 0..<3 * 86400, using: &random)) }
        // Changes on the very border of a day, and a second beside it.
        if seed > 3 { changes += borders }
        let times = Set(changes).sorted().map { Self.midnight + $0 }
        let id = try await Self.device(fixture, "edge", createdAt: Self.midnight - Self.day, changes: times)
        let first = TimeSlot.day(Self.midnight)
        _ = try await fixture.store.rollUp(now: Self.midnight + 3 * Self.day + 60)
        let days = try await Self.uptimeDays(fixture, id)
        #expect(days.filter { $0.key >= first } == Self.naive(times, first..<first + 3))
        #expect(days[first - 1] == 0, "the day of the enrolment, when it never came up")
        #expect(days.count == 4)
    }

    @Test func `milliseconds add up, and a day is never longer than a day`() async throws {
        let fixture = try await StoreFixture()
        let changes = [0.25, 0.5, 1.25, 86400 * 2].map { Self.midnight + $0 }
        let id = try await Self.device(fixture, "edge", createdAt: Self.midnight, changes: changes)
        _ = try await fixture.store.rollUp(now: Self.midnight + 2 * Self.day + 60)
        let first = TimeSlot.day(Self.midnight)
        #expect(try await Self.uptimeDays(fixture, id) == [first: 86399, first + 1: 86400])
    }

    @Test func `days come one after the other, whenever it runs, and are the same as all at once`() async throws {
        let (often, once) = (try await StoreFixture(), try await StoreFixture())
        let changes = [3600.0, 90000, 100_000, 200_000, 400_000].map { Self.midnight + $0 }
        let ids = [
            try await Self.device(often, "edge", createdAt: Self.midnight, changes: changes),
            try await Self.device(once, "edge", createdAt: Self.midnight, changes: changes),
        ]
        for hour in stride(from: 0.0, through: 24 * 6, by: 7) {
            _ = try await often.store.rollUp(now: Self.midnight + hour * 3600)
            _ = try await often.store.rollUp(now: Self.midnight + hour * 3600)
        }
        _ = try await often.store.rollUp(now: Self.midnight + 6 * Self.day + 60)
        _ = try await once.store.rollUp(now: Self.midnight + 6 * Self.day + 60)
        let (one, other) = (
            try await Self.uptimeDays(often, ids[0]), try await Self.uptimeDays(once, ids[1])
        )
        #expect(one == other && one.count == 6)
    }

    @Test func `a day that is hardly over is not rolled up yet`() async throws {
        let fixture = try await StoreFixture()
        let id = try await Self.device(fixture, "edge", createdAt: Self.midnight, changes: [])
        _ = try await fixture.store.rollUp(now: Self.midnight + Self.day + 59)
        #expect(try await Self.uptimeDays(fixture, id).isEmpty)
        _ = try await fixture.store.rollUp(now: Self.midnight + Self.day + 60)
        #expect(try await Self.uptimeDays(fixture, id).count == 1)
    }

    @Test func `hours are means and highest values of their samples`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        for (number, load) in [1.0, 2, 6].enumerated() {
            var vitals = Sample.vitals()
            (vitals.load, vitals.temperature) = (load, number == 1 ? nil : 40 + load)
            (vitals.memoryTotal, vitals.memoryAvailable) = (100, Int64(90 - 10 * number))
            (vitals.diskTotal, vitals.diskFree) = (100, 25)
            let now = Self.midnight + Double(number * 300)
            _ = try await fixture.checkIn(id, Int64(2 * number + 1), vitals: vitals, now: now)
            // A slot keeps its first sample.
            vitals.load = 99
            _ = try await fixture.checkIn(id, Int64(2 * number + 2), vitals: vitals, now: now + 299)
        }
        let summary = try await fixture.store.rollUp(now: Self.midnight + 3660)
        #expect(summary == "1 hour and 0 days rolled up, 0 old samples removed")
        let hours = try await fixture.store.metrics(
            device: id, since: Self.midnight - 90 * Self.day, now: Self.midnight)
        #expect(hours.count == 1)
        let hour = try #require(hours.first)
        #expect(hour.at == Self.midnight && hour.load == 3 && hour.loadMax == 6)
        #expect(abs(hour.memory - 0.2) < 1e-9 && abs(hour.memoryMax - 0.3) < 1e-9 && hour.disk == 0.75)
        #expect(hour.temperature == 43.5 && hour.temperatureMax == 46)
        let slots = try await fixture.store.metrics(device: id, since: Self.midnight, now: Self.midnight + 3600)
        #expect(slots.map(\.load) == [1, 2, 6])
        #expect(slots.map(\.at) == [0, 300, 600].map { Self.midnight + $0 })
    }

    @Test(arguments: [(Int64(0), Int64(0)), (-5, 3), (10, 20), (10, -20), (.max, .min)])
    func `whatever a device says, a part is from 0 to 1`(total: Int64, free: Int64) async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        var vitals = Sample.vitals()
        (vitals.memoryTotal, vitals.memoryAvailable, vitals.diskTotal, vitals.diskFree) = (total, free, total, free)
        _ = try await fixture.checkIn(id, 1, vitals: vitals, now: Self.midnight)
        let point = try await fixture.store.metrics(device: id, since: Self.midnight, now: Self.midnight).first
        #expect(point.map { (0...1).contains($0.memory) && (0...1).contains($0.disk) } == true)
    }

    @Test func `samples of a removed device are forgotten and harm nothing`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device(name: "edge").device.id
        _ = try await fixture.checkIn(id, 1, now: Self.midnight)
        _ = try await fixture.store.remove("edge", actor: "local", now: Self.midnight)
        _ = try await fixture.store.rollUp(now: Self.midnight + 3660)
        #expect(try await fixture.count("SELECT COUNT(*) FROM metricHour") == 0)
        _ = try await fixture.store.rollUp(now: Self.midnight + 3 * Self.day)
        #expect(try await fixture.count("SELECT COUNT(*) FROM metricSample") == 0)
    }

    @Test func `what is too old goes, the last event of a tunnel never`() async throws {
        let fixture = try await StoreFixture()
        let changes = [0.0, 10, 20].map { Self.midnight + $0 }
        let id = try await Self.device(fixture, "edge", createdAt: Self.midnight, changes: changes)
        _ = try await fixture.checkIn(id, 1, now: Self.midnight)
        _ = try await fixture.store.rollUp(now: Self.midnight + Self.day + 60)
        #expect(try await fixture.count("SELECT COUNT(*) FROM metricHour") == 1)
        let summary = try await fixture.store.rollUp(now: Self.midnight + 103 * Self.day)
        #expect(summary == "48 hours and 100 days rolled up, 1 old sample removed")
        for table in ["metricHour", "metricSample"] {
            #expect(try await fixture.count("SELECT COUNT(*) FROM \(table)") == 0)
        }
        #expect(try await fixture.store.tunnelEvents(device: id, limit: 9).map(\.at) == [Self.midnight + 20])
        #expect(try await fixture.count("SELECT min(day) FROM uptimeDay") == TimeSlot.day(Self.midnight) + 3)
        #expect(try await fixture.count("SELECT sum(seconds) FROM uptimeDay") == 99 * 86400)
        #expect(try await fixture.count("SELECT COUNT(*) FROM fleetSample") == 1)
    }

    @Test func `a clock that was in the far future does not stop it for ever`() async throws {
        let fixture = try await StoreFixture()
        let id = try await Self.device(fixture, "edge", createdAt: Self.midnight, changes: [])
        _ = try await fixture.store.rollUp(now: Self.midnight + 20000 * Self.day)
        _ = try await fixture.store.rollUp(now: Self.midnight + 60)
        _ = try await fixture.checkIn(id, 1, now: Self.midnight + 60)
        _ = try await fixture.store.rollUp(now: Self.midnight + Self.day + 60)
        #expect(try await Self.uptimeDays(fixture, id)[TimeSlot.day(Self.midnight)] == 0)
        #expect(try await fixture.count("SELECT COUNT(*) FROM metricHour") == 1)
    }

    @Test func `uptime tells parts of days, of today until now, and nothing of the time before the enrolment`()
        async throws
    {
        let fixture = try await StoreFixture()
        let createdAt = Self.midnight + 43200
        let changes = [43200.0, 64800, 86400 * 2 + 3600].map { Self.midnight + $0 }
        let id = try await Self.device(fixture, "edge", createdAt: createdAt, changes: changes)
        let now = Self.midnight + 2 * Self.day + 7200
        let expected = [nil, 0.5, 0, 0.5]
        // Before and after the finished days are rolled up it is the same.
        for _ in 0..<2 {
            let days = try await fixture.store.uptime(device: id, days: 4, now: now)
            #expect(days.map(\.fraction) == expected)
            #expect(days.map(\.day) == Array(TimeSlot.day(now) - 3...TimeSlot.day(now)))
            _ = try await fixture.store.rollUp(now: now)
        }
        #expect(try await fixture.store.uptime(device: id, now: now).count == 90)
        #expect(try await fixture.store.uptime(device: "nobody", now: now).allSatisfy { $0.fraction == nil })
    }

    @Test func `the fleet's sample counts who is there`() async throws {
        let fixture = try await StoreFixture()
        for name in ["a", "b", "c"] { _ = try await fixture.device(name: name) }
        _ = try await fixture.store.record(gateway: "main", up: [1100, 1102], down: [], now: Self.midnight)
        for second in [0.0, 10, 300] { _ = try await fixture.store.rollUp(now: Self.midnight + second) }
        let samples = try await fixture.store.fleetSamples(after: 0)
        #expect(samples.map(\.online) == [2, 2] && samples.map(\.total) == [3, 3])
        #expect(samples.map(\.slot) == [0, 1].map { TimeSlot.slot(Self.midnight) + $0 })
    }

    @Test func `several hundred devices are rolled up in portions, each once`() async throws {
        let fixture = try await StoreFixture(ports: 1100...2100)
        let token = try await fixture.token(uses: 1000)
        for number in 0..<250 {
            let id = try await fixture.register(token, name: "edge-\(number)", now: Self.midnight).info.device.id
            try await fixture.store.write { db in
                try db.execute(sql: "UPDATE device SET createdAt = ? WHERE id = ?", arguments: [Self.midnight, id])
            }
            _ = try await fixture.checkIn(id, 1, now: Self.midnight)
        }
        _ = try await fixture.store.rollUp(now: Self.midnight + 4 * Self.day + 60)
        #expect(try await fixture.count("SELECT COUNT(*) FROM uptimeDay") == 1000)
        #expect(try await fixture.count("SELECT COUNT(DISTINCT deviceID) FROM uptimeDay") == 250)
    }
}
