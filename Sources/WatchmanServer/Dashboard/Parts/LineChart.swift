import Foundation

/// A series over time, drawn as one SVG in a box of `width` by 100; x counts the samples. Every text in it is made here from numbers.
struct LineChart: Sendable {
    /// Points beyond which neighbours are merged: more than a screen shows.
    private static let mostPoints = 360
    /// Steps after which the last value is not what is now.
    private static let recent = 6

    /// What stands below a chart of a day, evenly spaced.
    static let dayTicks = ["24 h ago", "18 h", "12 h", "6 h", "now"]

    let title: String
    let unit: String
    let values: String
    let start: String
    let step: Int
    let width: Int
    let curve: String
    let area: String
    let peak: String?
    let top: String
    let middle: String
    let bottom: String
    let ticks: [String]
    let now: String
    let range: String
    let summary: String
    let isTall: Bool

    /// `values` end at `end`, `step` seconds apart; nil is a gap. `peaks` is the highest of each step, where that is known.
    /// `limit` is the end of the scale, or nil to fit the values.
    init(
        _ title: String, _ series: [Double?], peaks: [Double?] = [], step: Int, end: Date, unit: String = "",
        limit: Double? = nil, decimals: Int = 0, ticks: [String], span: String, isTall: Bool = false
    ) {
        let series = series.map { $0.flatMap { $0.isFinite ? $0 : nil } }
        let peaks = peaks.map { $0.flatMap { $0.isFinite ? $0 : nil } }
        let group = max(1, (series.count + Self.mostPoints - 1) / Self.mostPoints)
        let means = Self.merge(series, group) { $0.reduce(0, +) / Double($0.count) }
        let highs = Self.merge(peaks, group) { $0.max() ?? 0 }
        let known = series.compactMap { $0 }
        let highest = (peaks.compactMap { $0 } + known).max() ?? 0
        let lowest = known.min() ?? 0
        let scale = (bottom: lowest < 0 ? -Self.scale(above: -lowest) : 0, top: limit ?? Self.scale(above: highest))
        let text: (Double) -> String = { Words.number($0, decimals: decimals) + (unit.isEmpty ? "" : " \(unit)") }
        self.title = title
        self.unit = unit
        self.values = means.map { $0.map { Words.number($0, decimals: decimals) } ?? "" }.joined(separator: ";")
        self.start = String(Int(end.timeIntervalSince1970) - step * (series.count - 1))
        self.step = step * group
        self.width = max(1, means.count - 1)
        self.curve = Self.runs(means, scale).map { "M" + $0.map(\.text).joined(separator: "L") + "h.01" }.joined()
        self.area = Self.runs(means, scale).map { run in
            "M\(run[0].x) 100L" + run.map(\.text).joined(separator: "L") + "L\(run[run.count - 1].x) 100Z"
        }.joined()
        let peak = Self.runs(highs, scale).map { "M" + $0.map(\.text).joined(separator: "L") }.joined()
        self.peak = peak.isEmpty ? nil : peak
        self.top = text(scale.top)
        self.middle = text((scale.top + scale.bottom) / 2)
        self.bottom = scale.bottom == 0 ? "0" : text(scale.bottom)
        self.ticks = ticks
        self.now = series.suffix(Self.recent).compactMap { $0 }.last.map(text) ?? "–"
        self.range = known.isEmpty ? "no samples" : "\(text(lowest)) to \(text(highest))"
        self.summary =
            known.isEmpty
            ? "\(title), \(span): no samples"
            : "\(title), \(span): \(text(lowest)) to \(text(highest)), at last \(known.last.map(text) ?? "–")"
        self.isTall = isTall
    }

    /// The next round number.
    static func scale(above value: Double) -> Double {
        guard value.isFinite, value > 0 else { return 1 }
        let power = pow(10, floor(log10(value)))
        return [1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10].map { $0 * power }.first { $0 >= value } ?? value
    }

    /// The next round number whose half is whole.
    static func evenScale(above count: Int) -> Double {
        count < 10 ? Double(max(2, count + count % 2)) : Self.scale(above: Double(count))
    }

    private struct Point {
        let x: Int
        let text: String
    }

    /// The stretches without a gap.
    private static func runs(_ values: [Double?], _ scale: (bottom: Double, top: Double)) -> [[Point]] {
        var runs: [[Point]] = [[]]
        for (x, value) in values.enumerated() {
            if let value {
                let share = (value - scale.bottom) / (scale.top - scale.bottom)
                let y = 100 - min(max(share, 0), 1) * 100
                runs[runs.count - 1].append(Point(x: x, text: "\(x) \(Words.number(y, decimals: 1))"))
            } else if runs.last?.isEmpty == false {
                runs.append([])
            }
        }
        return runs.filter { !$0.isEmpty }
    }

    private static func merge(_ values: [Double?], _ group: Int, _ join: ([Double]) -> Double) -> [Double?] {
        stride(from: 0, to: values.count, by: group).map { begin in
            let known = values[begin..<min(begin + group, values.count)].compactMap { $0 }
            return known.isEmpty ? nil : join(known)
        }
    }
}
