import Foundation
import WatchmanCore
import WatchmanStore

/// How far back a device's charts go.
enum ChartSpan: String, CaseIterable, Sendable {
    case day = "24h"
    case quarter = "90d"

    var label: String { self == .day ? "24 hours" : "90 days" }
    /// Seconds between two points.
    var step: Int { self == .day ? TimeSlot.slotSeconds : TimeSlot.hourSeconds }
    var points: Int { self == .day ? 288 : 90 * 24 }
    var seconds: TimeInterval { TimeInterval(self.step * self.points) }
    var ticks: [String] { self == .day ? LineChart.dayTicks : ["90 d ago", "68 d", "45 d", "23 d", "now"] }
}

/// A device's measurements as charts.
struct DeviceCharts: Sendable {
    let charts: [LineChart]

    /// Nil if nothing was measured.
    init?(_ points: [MetricPoint], _ span: ChartSpan, now: Date) {
        guard !points.isEmpty else { return nil }
        let last = Int((now.timeIntervalSince1970 / Double(span.step)).rounded(.down))
        let series: ((MetricPoint) -> Double?) -> [Double?] = { value in
            var values = [Double?](repeating: nil, count: span.points)
            for point in points {
                let index = Int(point.at.timeIntervalSince1970) / span.step - last + span.points - 1
                if values.indices.contains(index) { values[index] = value(point) }
            }
            return values
        }
        func chart(
            _ title: String, _ unit: String, _ limit: Double?, _ decimals: Int, _ value: (MetricPoint) -> Double?,
            _ peak: (MetricPoint) -> Double?
        ) -> LineChart {
            LineChart(
                title, series(value), peaks: span == .day ? [] : series(peak), step: span.step,
                end: Date(timeIntervalSince1970: TimeInterval(last * span.step)), unit: unit, limit: limit,
                decimals: decimals, ticks: span.ticks, span: "last \(span.label)")
        }
        var charts = [
            chart("Load", "", nil, 2, \.load, \.loadMax),
            chart("Memory", "%", 100, 0, { $0.memory * 100 }, { $0.memoryMax * 100 }),
            chart("Disk", "%", 100, 0, { $0.disk * 100 }, { _ in nil }),
        ]
        if points.contains(where: { $0.temperature != nil }) {
            charts.append(chart("Temperature", "°C", nil, 0, \.temperature, \.temperatureMax))
        }
        self.charts = charts
    }
}
