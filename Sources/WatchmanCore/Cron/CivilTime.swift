/// Calendar arithmetic on whole numbers (Gregorian, proleptic; Howard Hinnant, "chrono-compatible low-level date algorithms").
enum CivilTime {
    /// Minutes of a day.
    static let day = 1440

    /// Year, month and day of the `days`th day after 1970-01-01.
    static func date(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        // Years begin in March here, so that a leap day is the last of its year.
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// Day of the week of the `days`th day after 1970-01-01, Sunday being 0.
    static func weekday(_ days: Int) -> Int { self.remainder(days + 4, 7) }

    /// Division that rounds down, for times before 1970, too.
    static func quotient(_ value: Int, _ divisor: Int) -> Int {
        (value - self.remainder(value, divisor)) / divisor
    }

    /// What `quotient` leaves, never negative.
    static func remainder(_ value: Int, _ divisor: Int) -> Int { (value % divisor + divisor) % divisor }
}
