public import Foundation
import GRDB
import WatchmanCore

/// How much of a day a device's tunnel was up.
public struct UptimeDay: Hashable, Sendable {
    /// Days since 1970 in UTC.
    public var day: Int
    /// The part of the day that it was up, 0 to 1: of the day of its enrolment from then on, of today until now; nil for a day
    /// before its enrolment.
    public var fraction: Double?
}

extension Store {
    /// The last days of a device, oldest first; the last is today.
    public func uptime(device id: String, days: Int = 90, now: Date) async throws -> [UptimeDay] {
        let today = TimeSlot.day(now)
        let range = today - days + 1..<today + 1
        return try await self.read { db in
            let createdAt = try Date.fetchOne(db, sql: "SELECT createdAt FROM device WHERE id = ?", arguments: [id])
            guard let createdAt else { return range.map { UptimeDay(day: $0, fraction: nil) } }
            let done = try Self.progress(db, .days) ?? range.lowerBound
            let live = min(max(done, range.lowerBound), today)..<today + 1
            var seconds = try Self.secondsUp(db, id, live, until: now)
            let sql = "SELECT day, seconds FROM uptimeDay WHERE deviceID = ? AND day BETWEEN ? AND ?"
            let kept = try Row.fetchAll(db, sql: sql, arguments: [id, range.lowerBound, live.lowerBound - 1])
            for row in kept { seconds[row["day"]] = row["seconds"] }
            return range.map { day in
                let known = Self.known(day, from: createdAt, until: now)
                return UptimeDay(day: day, fraction: known > 0 ? min((seconds[day] ?? 0) / known, 1) : nil)
            }
        }
    }

    /// Seconds of a day that lie after the enrolment and before now.
    private static func known(_ day: Int, from createdAt: Date, until now: Date) -> Double {
        let start = max(TimeSlot.start(day, of: TimeSlot.daySeconds), createdAt)
        return min(TimeSlot.start(day + 1, of: TimeSlot.daySeconds), now).timeIntervalSince(start)
    }

    /// The seconds of each of these days during which the tunnel was up, by the events up to `until`.
    static func secondsUp(_ db: Database, _ id: String, _ days: Range<Int>, until: Date) throws -> [Int: Double] {
        let begin = TimeSlot.start(days.lowerBound, of: TimeSlot.daySeconds)
        let events = try Row.fetchCursor(
            try db.cachedStatement(sql: "SELECT at, isUp FROM tunnelEvent WHERE deviceID = ? ORDER BY id DESC"),
            arguments: [id])
        var seconds: [Int: Double] = [:]
        // From the newest back to the one that says how the first of the days began.
        var end = min(until, TimeSlot.start(days.upperBound, of: TimeSlot.daySeconds))
        while end > begin, let row = try events.next() {
            let (at, isUp): (Date, Bool) = (row["at"], row["isUp"])
            if at >= end { continue }
            if isUp { Self.add(max(at, begin), end, to: &seconds) }
            end = at
        }
        return seconds
    }

    private static func add(_ start: Date, _ end: Date, to seconds: inout [Int: Double]) {
        var start = start
        while start < end {
            let day = TimeSlot.day(start)
            let next = min(end, TimeSlot.start(day + 1, of: TimeSlot.daySeconds))
            seconds[day, default: 0] += next.timeIntervalSince(start)
            start = next
        }
    }
}
