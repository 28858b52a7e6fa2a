/// One field of a schedule: the values that it lets through.
struct CronField: Hashable, Sendable {
    /// Bit `n` stands for the value `n`.
    let bits: UInt64
    /// Whether it begins with `*`. To cron(8) that means more than its values: see `CronSchedule`.
    let isStar: Bool

    func contains(_ value: Int) -> Bool { self.bits & (1 << UInt64(value)) != 0 }

    /// The first value that is not below `value`, or nil.
    func first(from value: Int) -> Int? {
        guard value < 64 else { return nil }
        let rest = self.bits >> UInt64(value)
        return rest == 0 ? nil : value + rest.trailingZeroBitCount
    }

    /// All values, smallest first.
    var values: [Int] { (0..<64).filter(self.contains) }
}

extension CronField {
    /// What may stand in a field.
    struct Form {
        let name: String
        let range: ClosedRange<Int>
        /// Names of the values, beginning with the first of `range`.
        var names: [String] = []
        /// Whether the last value is another word for the first: 7 is Sunday, too.
        var wraps: Bool = false

        static let minute = Form(name: "minute", range: 0...59)
        static let hour = Form(name: "hour", range: 0...23)
        static let day = Form(name: "day of month", range: 1...31)
        static let month = Form(
            name: "month", range: 1...12,
            names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])
        static let weekday = Form(
            name: "day of week", range: 0...7, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"], wraps: true)
    }

    /// Reads a field: values, ranges and steps, joined by commas.
    ///
    /// - Throws: `WatchmanError` (`invalid`) that says which field is wrong and why.
    init(_ text: ArraySlice<UInt8>, _ form: Form) throws {
        var bits: UInt64 = 0
        for part in text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            bits |= try Self.bits(part, form)
        }
        self.bits = bits
        self.isStar = text.first == UInt8(ascii: "*")
    }

    private static func bits(_ part: ArraySlice<UInt8>, _ form: Form) throws -> UInt64 {
        let halves = part.split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        let range = try self.range(halves[0], form)
        var step = 1
        if halves.count == 2 {
            guard range.count > 1 else {
                throw form.problem("a step needs a range: write \(range.lowerBound)-\(form.range.upperBound)/N")
            }
            step = try self.number(halves[1], form, 1...form.range.upperBound, "step")
        }
        return stride(from: range.lowerBound, through: range.upperBound, by: step).reduce(0) { bits, value in
            bits | 1 << UInt64(form.wraps && value == form.range.upperBound ? form.range.lowerBound : value)
        }
    }

    private static func range(_ text: ArraySlice<UInt8>, _ form: Form) throws -> ClosedRange<Int> {
        if text.elementsEqual("*".utf8) { return form.range.lowerBound...form.range.upperBound - (form.wraps ? 1 : 0) }
        let ends = text.split(separator: UInt8(ascii: "-"), maxSplits: 1, omittingEmptySubsequences: false)
        let first = try self.value(ends[0], form)
        guard ends.count == 2 else { return first...first }
        var last = try self.value(ends[1], form)
        if form.wraps && last == form.range.lowerBound && first > last { last = form.range.upperBound }
        guard first <= last else { throw form.problem("the range \(form.shown(text)) runs backwards") }
        return first...last
    }

    private static func value(_ text: ArraySlice<UInt8>, _ form: Form) throws -> Int {
        let lower = text.map { ASCII.isUpper($0) ? $0 | 0x20 : $0 }
        if let index = form.names.firstIndex(where: { lower.elementsEqual($0.utf8) }) {
            return form.range.lowerBound + index
        }
        return try self.number(text, form, form.range, "value")
    }

    private static func number(
        _ text: ArraySlice<UInt8>, _ form: Form, _ range: ClosedRange<Int>, _ what: String
    ) throws -> Int {
        guard !text.isEmpty else { throw form.problem("a \(what) is missing") }
        guard text.allSatisfy(ASCII.isDigit), text.count <= 3, let number = Int(String(decoding: text, as: UTF8.self))
        else { throw form.problem("\(form.shown(text)) is no \(what)") }
        guard range.contains(number) else {
            throw form.problem("the \(what) \(number) is not in \(range.lowerBound)-\(range.upperBound)")
        }
        return number
    }
}

extension CronField.Form {
    func problem(_ cause: String) -> WatchmanError { WatchmanError(.invalid, "the schedule's \(self.name): \(cause)") }

    func shown(_ text: ArraySlice<UInt8>) -> String {
        "'\(OutsideText.clean(String(decoding: text, as: UTF8.self), limit: 20))'"
    }
}
