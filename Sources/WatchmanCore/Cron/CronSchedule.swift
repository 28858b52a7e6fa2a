/// When a job runs: the five fields of crontab(5), minute, hour, day of month, month and day of week.
///
/// As in cron(8), a day is chosen by either of its two fields when both are restricted; a field that begins with `*` restricts
/// nothing, so that both must fit. How it meets summer time: see `next(after:in:)`.
public struct CronSchedule: Hashable, Sendable {
    /// The text that it was read from, with single blanks.
    public let text: String
    let minutes: CronField
    let hours: CronField
    let days: CronField
    let months: CronField
    let weekdays: CronField

    private static let shorthands = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
    ]

    /// Reads a schedule.
    ///
    /// - Throws: `WatchmanError` (`invalid`) that says which field is wrong and why, or that the schedule never comes.
    public init(_ text: String) throws {
        guard text.utf8.count <= 200 else { throw WatchmanError(.invalid, "the schedule is longer than 200 bytes") }
        let words = Array(text.utf8).split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        self.text = words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
        let fields = try Self.fields(self.text)
        self.minutes = try CronField(fields[0], .minute)
        self.hours = try CronField(fields[1], .hour)
        self.days = try CronField(fields[2], .day)
        self.months = try CronField(fields[3], .month)
        self.weekdays = try CronField(fields[4], .weekday)
        try self.checkPossible()
    }

    private static func fields(_ text: String) throws -> [ArraySlice<UInt8>] {
        if text.utf8.first == UInt8(ascii: "@") {
            guard let fields = self.shorthands[text] else {
                let known = self.shorthands.keys.sorted().joined(separator: ", ")
                let shown = OutsideText.clean(text, limit: 20)
                throw WatchmanError(.invalid, "the schedule '\(shown)' is none of \(known)")
            }
            return try self.fields(fields)
        }
        let fields = Array(text.utf8).split(separator: UInt8(ascii: " "))
        guard fields.count == 5 else {
            throw WatchmanError(
                .invalid,
                "a schedule has 5 fields, not \(fields.count): minute, hour, day of month, month, day of week")
        }
        return fields
    }

    /// Refuses dates such as 30 February.
    private func checkPossible() throws {
        let longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        let isPossible = self.months.values.contains { month in
            self.days.first(from: 1).map { $0 <= longest[month - 1] } ?? false
        }
        guard isPossible || self.eitherDay else {
            throw WatchmanError(.invalid, "the schedule '\(self.text)' never comes: no such month has such a day")
        }
    }

    /// Whether one of the two day fields is enough.
    private var eitherDay: Bool { !self.days.isStar && !self.weekdays.isStar }

    /// Whether the schedule lets a day through that is in one of its months. `weekday` counts from Sunday, 0.
    func contains(day: Int, weekday: Int) -> Bool {
        let fits = (self.days.contains(day), self.weekdays.contains(weekday))
        return self.eitherDay ? fits.0 || fits.1 : fits.0 && fits.1
    }
}
