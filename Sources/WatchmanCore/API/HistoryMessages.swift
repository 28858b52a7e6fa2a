public import Foundation

/// `GET /api/v1/devices/REF/history`: how a device was.
public struct DeviceHistory: Codable, Sendable {
    /// How far back figures go.
    public enum Span: String, Codable, Sendable, CaseIterable {
        /// 24 hours, every five minutes.
        case day
        /// 90 days, by the hour.
        case quarter

        /// Seconds.
        public var seconds: TimeInterval { self == .day ? 86400 : 90 * 86400 }
    }

    /// The last 90 days, oldest first; the last is today.
    public var uptime: [UptimeShare]
    /// What its check-ins said, oldest first; where it did not check in there is no row.
    public var metrics: [MetricRow]

    /// Creates a history.
    public init(uptime: [UptimeShare], metrics: [MetricRow]) {
        self.uptime = uptime
        self.metrics = metrics
    }
}

/// How much of a day a device's tunnel was up.
public struct UptimeShare: Codable, Sendable {
    /// When the day began, in UTC.
    public var day: Date
    /// The part of the day, 0 to 1, or nil for a day before its enrolment.
    public var fraction: Double?

    /// Creates a share.
    public init(day: Date, fraction: Double?) {
        self.day = day
        self.fraction = fraction
    }
}

/// How a device was in five minutes or an hour.
public struct MetricRow: Codable, Sendable {
    /// When they began.
    public var at: Date
    /// One-minute load average.
    public var load: Double
    /// Part of the memory that is used, 0 to 1.
    public var memory: Double
    /// Part of the root file system that is used, 0 to 1.
    public var disk: Double
    /// Degrees Celsius, or nil where there is no thermometer.
    public var temperature: Double?

    /// Creates a row.
    public init(at: Date, load: Double, memory: Double, disk: Double, temperature: Double?) {
        self.at = at
        self.load = load
        self.memory = memory
        self.disk = disk
        self.temperature = temperature
    }
}
