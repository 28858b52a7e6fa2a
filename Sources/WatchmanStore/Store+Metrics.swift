import Foundation
import GRDB
import WatchmanCore

extension Store {
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
