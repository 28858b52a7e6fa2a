public import Foundation

/// Times as the tables of figures count them: from 1970 in UTC.
public enum TimeSlot {
    /// Seconds of a slot.
    public static let slotSeconds = 300
    /// Seconds of an hour.
    public static let hourSeconds = 3600
    /// Seconds of a day.
    public static let daySeconds = 86400

    /// The number of the slot that `date` is in.
    public static func slot(_ date: Date) -> Int { Self.number(date, self.slotSeconds) }
    /// The number of the hour that `date` is in.
    public static func hour(_ date: Date) -> Int { Self.number(date, self.hourSeconds) }
    /// The number of the day that `date` is in.
    public static func day(_ date: Date) -> Int { Self.number(date, self.daySeconds) }

    /// When the slot, hour or day with this number began.
    public static func start(_ number: Int, of seconds: Int) -> Date {
        Date(timeIntervalSince1970: Double(number * seconds))
    }

    private static func number(_ date: Date, _ seconds: Int) -> Int {
        Int((date.timeIntervalSince1970 / Double(seconds)).rounded(.down))
    }
}
