public import Foundation

/// Which backups to keep: the last one of each of the latest days, weeks and months that have any, in UTC, and always the newest.
public struct Retention: Hashable, Sendable {
    /// Days.
    public var daily: Int
    /// ISO weeks.
    public var weekly: Int
    /// Months.
    public var monthly: Int

    /// What is kept unless the configuration says otherwise.
    public static let standard = Retention(daily: 7, weekly: 4, monthly: 12)

    /// Creates a rule.
    public init(daily: Int, weekly: Int, monthly: Int) {
        self.daily = daily
        self.weekly = weekly
        self.monthly = monthly
    }

    /// Why each of these times is kept; those that are not are left out.
    public func reasons(_ dates: [Date]) -> [Date: [String]] {
        let newestFirst = Set(dates).sorted(by: >)
        var result: [Date: [String]] = [:]
        if let newest = newestFirst.first { result[newest] = ["newest"] }
        let rules: [(String, Int, Set<Calendar.Component>)] = [
            ("daily", self.daily, [.year, .month, .day]),
            ("weekly", self.weekly, [.yearForWeekOfYear, .weekOfYear]),
            ("monthly", self.monthly, [.year, .month]),
        ]
        for (reason, count, components) in rules {
            var seen: Set<DateComponents> = []
            for date in newestFirst where seen.count < count {
                guard seen.insert(Self.calendar.dateComponents(components, from: date)).inserted else { continue }
                result[date, default: []].append(reason)
            }
        }
        return result
    }

    /// ISO 8601 has weeks that begin on Monday.
    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = .gmt
        return calendar
    }()
}
