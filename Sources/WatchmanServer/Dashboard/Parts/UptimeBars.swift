import Foundation

/// A bar for every day, drawn in a box 40 high; days stand 10 apart.
struct UptimeBars: Sendable {
    /// A part of a day's bar.
    struct Fill: Sendable {
        let kind: String
        let y: Int
        let height: Int
    }

    struct Day: Sendable {
        let day: String
        let share: String
        let x: Int
        let fill: Fill?
    }

    let width: Int
    let days: [Day]
    let newestFirst: [Day]
    let average: String
    let summary: String

    /// `shares` end with today; nil is a day on which the device was not enrolled.
    init(_ shares: [Double?], today: Date) {
        let days = shares.enumerated().map { index, share in
            let date = today - TimeInterval((shares.count - 1 - index) * 86400)
            return Day(
                day: String(Words.iso(date).prefix(10)), share: share.map(Words.percent) ?? "no record",
                x: index * 10, fill: share.map(Self.fill))
        }
        let known = shares.compactMap { $0 }
        let average = known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
        self.width = max(1, shares.count * 10 - 2)
        self.days = days
        self.newestFirst = days.reversed()
        self.average = average.map { "\(Words.percent($0)) on average" } ?? "no record yet"
        let worst = zip(days, shares).min { ($0.1 ?? 2) < ($1.1 ?? 2) }?.0
        self.summary =
            "Uptime of the last \(shares.count) days: \(self.average)"
            + (average == nil ? "" : worst.map { ", worst on \($0.day) with \($0.share)" } ?? "")
    }

    /// Colour says good, fair or bad; height says how much, and a day that was not whole shows it.
    private static func fill(_ share: Double) -> Fill {
        let height = share >= 0.9995 ? 40 : max(2, min(36, Int((share * 38).rounded())))
        return Fill(kind: share >= 0.99 ? "ok" : share >= 0.9 ? "warn" : "bad", y: 40 - height, height: height)
    }
}
