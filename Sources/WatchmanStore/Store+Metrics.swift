public import Foundation
import GRDB
import WatchmanCore

/// How a device was at a time, or through an hour.
public struct MetricPoint: Hashable, Sendable {
    /// When the slot of five minutes or the hour began.
    public var at: Date
    /// One-minute load average: of a slot the first, of an hour the mean.
    public var load: Double
    /// The highest load.
    public var loadMax: Double
    /// Part of the memory that is used, 0 to 1.
    public var memory: Double
    /// The largest part of the memory that was used.
    public var memoryMax: Double
    /// Part of the root file system that is used, 0 to 1.
    public var disk: Double
    /// Degrees Celsius, or nil where there is no thermometer.
    public var temperature: Double?
    /// The highest temperature.
    public var temperatureMax: Double?
}

extension Store {
    /// Seconds for which every slot is kept; of what is older there are hours.
    static let samplesLast = 48 * TimeSlot.hourSeconds

    /// How a device was since a time, oldest first: by slots of five minutes if they are kept for so long, else by finished
    /// hours. Where it did not check in there is no point.
    public func metrics(device id: String, since: Date, now: Date) async throws -> [MetricPoint] {
        if now.timeIntervalSince(since) <= Double(Self.samplesLast) {
            return try await self.points(Self.sampleQuery, id, TimeSlot.slot(since), TimeSlot.slot(now), 300)
        }
        return try await self.points(Self.hourQuery, id, TimeSlot.hour(since), TimeSlot.hour(now), 3600)
    }

    private func points(_ sql: String, _ id: String, _ first: Int, _ last: Int, _ seconds: Int) async throws
        -> [MetricPoint]
    {
        try await self.read { db in
            try Row.fetchAll(db, sql: sql, arguments: ["id": id, "first": first, "last": last]).map { row in
                MetricPoint(
                    at: TimeSlot.start(row["number"], of: seconds), load: row["load"], loadMax: row["loadMax"],
                    memory: row["memory"], memoryMax: row["memoryMax"], disk: row["disk"],
                    temperature: row["temperature"], temperatureMax: row["temperatureMax"])
            }
        }
    }

    /// Samples are ordered by slot: the device's are looked up slot by slot.
    private static let sampleQuery = """
        WITH RECURSIVE slots (slot) AS (VALUES (:first) UNION ALL SELECT slot + 1 FROM slots WHERE slot < :last)
        SELECT slot AS number, load, load AS loadMax, memory, memory AS memoryMax, disk, temperature,
            temperature AS temperatureMax
        FROM slots CROSS JOIN metricSample USING (slot) WHERE deviceID = :id ORDER BY slot
        """
    private static let hourQuery = """
        SELECT hour AS number, load, loadMax, memory, memoryMax, disk, temperature, temperatureMax
        FROM metricHour WHERE deviceID = :id AND hour BETWEEN :first AND :last ORDER BY hour
        """

    /// Keeps the first vitals of each device and slot.
    static func sample(_ db: Database, _ id: String, _ vitals: DeviceVitals, _ now: Date) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO metricSample (slot, deviceID, load, memory, disk, temperature)
                VALUES (?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            TimeSlot.slot(now), id, vitals.load, Self.used(vitals.memoryAvailable, of: vitals.memoryTotal),
            Self.used(vitals.diskFree, of: vitals.diskTotal), vitals.temperature,
        ])
    }

    /// The part of `total` that is not `free`, 0 to 1, whatever a device says.
    private static func used(_ free: Int64, of total: Int64) -> Double {
        total > 0 ? min(max(1 - Double(free) / Double(total), 0), 1) : 0
    }
}
