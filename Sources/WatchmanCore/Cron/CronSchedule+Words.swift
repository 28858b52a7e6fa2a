extension CronSchedule {
    /// The schedule in words, such as `every day at 03:15`, or its text where words would be harder to read.
    public var words: String {
        guard let days = self.dayWords, let times = self.timeWords else { return self.text }
        guard times.isOften else { return "\(days) at \(times.words)" }
        return days == "every day" ? times.words : "\(days), \(times.words)"
    }

    private static let weekdayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    private static let monthNames = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    private var dayWords: String? {
        let (days, months) = (self.days.values, self.months.values)
        switch (days.count, months.count, self.weekdays.values.count) {
        case (31, 12, 7): return "every day"
        case (31, 12, _): return self.weekdayWords
        case (1, 12, 7): return "on day \(days[0]) of every month"
        case (1, 1, 7): return "every year on \(days[0]) \(Self.monthNames[months[0] - 1])"
        default: return nil
        }
    }

    private var weekdayWords: String {
        let values = self.weekdays.values
        if values == [1, 2, 3, 4, 5] { return "Monday to Friday" }
        // A week ends with its Sunday.
        let names = (values.filter { $0 > 0 } + values.filter { $0 == 0 }).map { Self.weekdayNames[$0] }
        return "every \(Self.list(names))"
    }

    /// Times of a day; `isOften` if they are told as a rhythm.
    private var timeWords: (words: String, isOften: Bool)? {
        let (minutes, hours) = (self.minutes.values, self.hours.values)
        if hours.count == 24 {
            if minutes.count == 1 {
                return (minutes == [0] ? "every hour" : "every hour at minute \(minutes[0])", true)
            }
            return Self.rhythm(minutes, of: 60).map { ($0 == 1 ? "every minute" : "every \($0) minutes", true) }
        }
        if self.hours.isStar, minutes == [0], let step = Self.rhythm(hours, of: 24) {
            return ("every \(step) hours", true)
        }
        guard minutes.count * hours.count <= 4 else { return nil }
        let times = hours.flatMap { hour in minutes.map { Self.two(hour) + ":" + Self.two($0) } }
        return (Self.list(times), false)
    }

    /// The step of values that begin with 0 and are equally far apart, around the clock.
    private static func rhythm(_ values: [Int], of size: Int) -> Int? {
        guard size % values.count == 0 else { return nil }
        let step = size / values.count
        return values == Array(stride(from: 0, to: size, by: step)) ? step : nil
    }

    private static func list(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return "\(words.dropLast().joined(separator: ", ")) and \(last)"
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
