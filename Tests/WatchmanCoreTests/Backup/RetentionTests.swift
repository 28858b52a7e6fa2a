import Foundation
import Testing
import WatchmanCore

@Suite struct RetentionTests {
    private static func date(_ text: String) throws -> Date {
        try Date(text.replacing(" ", with: "T") + ":00Z", strategy: .iso8601)
    }

    /// The kept ones as `time: reasons`, newest first.
    private static func kept(_ times: [String], daily: Int = 0, weekly: Int = 0, monthly: Int = 0) throws -> [String] {
        let dates = try times.map(Self.date)
        let reasons = Retention(daily: daily, weekly: weekly, monthly: monthly).reasons(dates)
        return reasons.keys.sorted(by: >).compactMap { date in
            let time = date.formatted(.iso8601).prefix(16).replacing("T", with: " ")
            return reasons[date].map { "\(time): \($0.joined(separator: " "))" }
        }
    }

    @Test func `nothing is kept of nothing`() throws {
        #expect(try Self.kept([], daily: 7, weekly: 4, monthly: 12) == [])
    }

    @Test func `without any rule the newest stays`() throws {
        #expect(try Self.kept(["2026-11-22 02:30", "2026-11-24 02:30"]) == ["2026-11-24 02:30: newest"])
    }

    @Test func `of a day the last one stays, and a day is one of UTC`() throws {
        let times = ["2026-11-23 00:00", "2026-11-23 12:00", "2026-11-23 23:59", "2026-11-24 00:00"]
        #expect(
            try Self.kept(times, daily: 7) == ["2026-11-24 00:00: newest daily", "2026-11-23 23:59: daily"])
    }

    @Test func `days without a backup do not count`() throws {
        let times = ["2026-01-05 02:30", "2026-03-01 02:30", "2026-11-24 02:30"]
        #expect(
            try Self.kept(times, daily: 2) == ["2026-11-24 02:30: newest daily", "2026-03-01 02:30: daily"])
    }

    /// 2026 has 53 ISO weeks: 28 December 2026 to 3 January 2027 is week 53 of 2026.
    @Test func `a week begins on Monday, also over the turn of the year`() throws {
        let times = [
            "2026-12-27 23:59", "2026-12-28 00:00", "2026-12-31 12:00", "2027-01-03 23:59", "2027-01-04 00:00",
        ]
        #expect(
            try Self.kept(times, weekly: 9) == [
                "2027-01-04 00:00: newest weekly", "2027-01-03 23:59: weekly", "2026-12-27 23:59: weekly",
            ])
    }

    @Test func `a month is told from the same month of another year`() throws {
        let times = ["2025-11-30 23:59", "2026-10-31 02:30", "2026-11-01 02:30", "2026-11-30 02:30"]
        #expect(
            try Self.kept(times, monthly: 12) == [
                "2026-11-30 02:30: newest monthly", "2026-10-31 02:30: monthly", "2025-11-30 23:59: monthly",
            ])
    }

    @Test func `a year of daily backups leaves 7 days, 4 weeks and 12 months`() throws {
        let newest = try Self.date("2026-11-24 02:30")
        let dates = (0..<400).map { newest.addingTimeInterval(-86_400 * Double($0)) }
        let reasons = Retention.standard.reasons(dates)
        for (word, count) in ["newest": 1, "daily": 7, "weekly": 4, "monthly": 12] {
            #expect(reasons.values.count { $0.contains(word) } == count, "\(word)")
        }
        #expect(reasons[newest] == ["newest", "daily", "weekly", "monthly"])
        #expect(reasons.count == 20)
    }

    @Test func `what is kept today was kept yesterday`() throws {
        var stored: [Date] = []
        let first = try Self.date("2025-01-01 02:30")
        for day in 0..<800 {
            stored.append(first.addingTimeInterval(86_400 * Double(day)))
            stored = Array(Retention.standard.reasons(stored).keys)
        }
        #expect(stored.count <= 7 + 4 + 12)
        #expect(Retention.standard.reasons(stored).values.count { $0.contains("monthly") } == 12)
        #expect(Retention.standard.reasons(stored).values.count { $0.contains("weekly") } == 4)
    }

    @Test func `two of one time are one`() throws {
        #expect(try Self.kept(["2026-11-24 02:30", "2026-11-24 02:30"], daily: 2).count == 1)
    }
}
