import Foundation
import WatchmanCore

/// Numbers and times as pages print them.
enum Words {
    /// `12,345`.
    static func count(_ number: Int) -> String {
        let digits = Array(String(number.magnitude))
        let groups = stride(from: digits.count, to: 0, by: -3).reversed().map { String(digits[max(0, $0 - 3)..<$0]) }
        return (number < 0 ? "-" : "") + groups.joined(separator: ",")
    }

    /// `1 device`, `12 devices`.
    static func count(_ number: Int, _ noun: String) -> String {
        "\(Self.count(number)) \(noun)\(number == 1 ? "" : "s")"
    }

    /// At most this many decimals, and none that are zero: `0.4`, `12`, `1,231`. A device may claim any number.
    static func number(_ value: Double, decimals: Int) -> String {
        guard value.magnitude < 1e12 else { return "?" }
        if let whole = Int(exactly: value.rounded()), decimals == 0 || whole.magnitude >= 1000 {
            return Self.count(whole)
        }
        var text = String(format: "%.\(decimals)f", value)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text == "-0" ? "0" : text
    }

    /// A share of one: `99.8 %`. What is not quite everything is never shown as 100 %.
    static func percent(_ share: Double) -> String {
        let tenths = (share * 1000).rounded(.down) / 10
        return "\(Self.number(share >= 1 ? 100 : min(tenths, 99.9), decimals: 1)) %"
    }

    /// `1.5 GiB`.
    static func bytes(_ bytes: Int64) -> String {
        var (value, unit) = (Double(bytes), "B")
        for larger in ["KiB", "MiB", "GiB", "TiB", "PiB"] where value >= 1024 {
            (value, unit) = (value / 1024, larger)
        }
        return "\(Self.number(value, decimals: value < 10 && unit != "B" ? 1 : 0)) \(unit)"
    }

    /// `2026-11-24 06:51:03 UTC`.
    static func exact(_ date: Date) -> String {
        let text = Self.iso(date).utf8
        return String(decoding: text.prefix(10), as: UTF8.self) + " "
            + String(decoding: text.dropFirst(11).prefix(8), as: UTF8.self) + " UTC"
    }

    /// `2026-11-24T06:51:03Z`.
    static func iso(_ date: Date) -> String { date.formatted(.iso8601) }

    /// How far a clock is off, in words.
    static func clock(skew: Double) -> String {
        guard skew.magnitude >= 1 else { return "right to the second" }
        return "\(Self.span(skew.magnitude)) \(skew < 0 ? "behind" : "ahead")"
    }

    /// A number of seconds in its largest whole unit, years included: a clock without a battery begins in 1970.
    static func span(_ seconds: Double) -> String {
        let year = 365.25 * 86400
        return seconds < 2 * year ? ElapsedTime.words(seconds) : "\(Self.number(seconds / year, decimals: 0)) years"
    }
}
