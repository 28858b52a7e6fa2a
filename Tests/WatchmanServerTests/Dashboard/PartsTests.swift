import Foundation
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanServer

/// What pages are put together from.
@Suite struct PartsTests {
    @Test func `numbers are grouped, and those a device may claim do not trap`() {
        #expect(
            [0, 999, 1000, 1_234_567, -1000].map { Words.count($0) } == ["0", "999", "1,000", "1,234,567", "-1,000"])
        #expect(Words.count(1, "device") == "1 device" && Words.count(2, "device") == "2 devices")
        let odd: [Double] = [.nan, .infinity, -.infinity, 1e300, -1e13]
        #expect(odd.allSatisfy { Words.number($0, decimals: 2) == "?" })
        #expect(
            [0.5, 2, 0.254, -0.001, 1231.4].map { Words.number($0, decimals: 2) } == ["0.5", "2", "0.25", "0", "1,231"])
        #expect(Words.bytes(0) == "0 B" && Words.bytes(1536) == "1.5 KiB" && Words.bytes(.max) == "8,192 PiB")
    }

    @Test func `what is not everything is never shown as 100 %`() {
        #expect(
            [1, 0.99999, 0.9989, 0, 1.2].map { Words.percent($0) } == ["100 %", "99.9 %", "99.8 %", "0 %", "100 %"])
    }

    @Test func `clocks are off by seconds or by decades`() {
        #expect(Words.clock(skew: 0.4) == "right to the second")
        #expect(Words.clock(skew: -90) == "1 min behind" && Words.clock(skew: 7200) == "2 h ahead")
        #expect(Words.clock(skew: -1_790_000_000) == "57 years behind")
        #expect(Words.clock(skew: .infinity) == "? years ahead")
    }

    @Test func `moments are told in words and exactly`() {
        let moment = Moment(Sample.now - 125, now: Sample.now)
        #expect(moment.words == "2 min ago" && moment.exact == "2026-09-21 14:11:15 UTC")
        #expect(Moment(Sample.now + 3600, now: Sample.now).words == "in 1 h")
        #expect(Moment(Sample.now, now: Sample.now).words == "now")
    }

    private static func chart(_ series: [Double?], peaks: [Double?] = [], limit: Double? = nil) -> LineChart {
        LineChart("Load", series, peaks: peaks, step: 300, end: Sample.now, limit: limit, ticks: [], span: "a day")
    }

    @Test func `a gap breaks the line`() {
        let chart = Self.chart([1, 2, nil, nil, 4], limit: 4)
        #expect(chart.curve == "M0 75L1 50h.01M4 0h.01")
        #expect(chart.area == "M0 100L0 75L1 50L1 100ZM4 100L4 0L4 100Z")
        #expect(chart.width == 4 && chart.values == "1;2;;;4" && chart.top == "4" && chart.middle == "2")
        #expect(chart.now == "4" && chart.range == "1 to 4")
    }

    @Test func `many samples are merged to what a screen can show, and their peaks stay`() {
        let chart = Self.chart((0..<2160).map { Double($0 % 6) }, peaks: (0..<2160).map { Double($0 % 6) + 1 })
        #expect(chart.width == 359 && chart.step == 1800 && chart.curve.contains("L1 "))
        #expect(chart.peak?.hasPrefix("M0 0L1 0L") == true, "6 is the end of the scale")
    }

    @Test func `a chart of nothing says so`() {
        let chart = Self.chart([nil, nil])
        #expect(
            chart.curve.isEmpty && chart.area.isEmpty && chart.now == "–" && chart.summary == "Load, a day: no samples")
    }

    @Test func `frost moves the scale's end below zero`() {
        let chart = Self.chart([-18, 12])
        #expect(chart.bottom == "-20" && chart.top == "12" && chart.middle == "-4")
        #expect(chart.curve == "M0 93.8L1 0h.01")
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, 1e308, -1e308, .leastNonzeroMagnitude])
    func `whatever a device claims, a chart is made of digits`(value: Double) {
        let chart = Self.chart([1, value, 3], peaks: [value, value, 1], limit: 100)
        for path in [chart.curve, chart.area, chart.peak ?? ""] {
            #expect(path.utf8.allSatisfy { ASCII.isDigit($0) || "MLZh. ".utf8.contains($0) }, "\(path)")
        }
        let free = Self.chart([1, value, 3], peaks: [value, value, 1])
        #expect(free.curve.utf8.allSatisfy { ASCII.isDigit($0) || "MLZh. ".utf8.contains($0) }, "\(free.curve)")
    }

    @Test func `scales end at round numbers`() {
        #expect([0, 0.9, 1, 7, 61, 220, 1284].map { LineChart.scale(above: $0) } == [1, 1, 1, 8, 80, 240, 1600])
        #expect([0, 1, 3, 9, 10, 220].map { LineChart.evenScale(above: $0) } == [2, 2, 4, 10, 10, 240])
    }

    @Test func `each day has its bar, its date and its share`() {
        let bars = UptimeBars([nil, 0, 0.62, 0.95, 0.9999, 1], today: Sample.now)
        #expect(bars.days.map(\.day).first == "2026-09-16" && bars.days.map(\.day).last == "2026-09-21")
        #expect(bars.days.map(\.share) == ["no record", "0 %", "62 %", "95 %", "99.9 %", "100 %"])
        #expect(bars.days.map { $0.fill?.kind } == [nil, "bad", "bad", "warn", "ok", "ok"])
        #expect(bars.days.compactMap { $0.fill?.height } == [2, 24, 36, 40, 40])
        #expect(bars.average == "71.3 % on average")
        #expect(bars.summary == "Uptime of the last 6 days: 71.3 % on average, worst on 2026-09-17 with 0 %")
        #expect(UptimeBars([nil], today: Sample.now).summary == "Uptime of the last 1 days: no record yet")
    }
}
