public import Foundation
import GRDB
import WatchmanCore

/// What is rolled up, and how far that has come.
enum RollUp: String {
    /// Hours of metrics.
    case hours
    /// Days of uptime.
    case days
}

extension Store {
    /// Days for which hours, events and the fleet's samples are kept.
    private static let keptDays = 100
    /// Seconds after which an hour or a day is over for every call that began in it.
    private static let settling: TimeInterval = 60
    /// Rows that one transaction writes: so long do check-ins wait for it.
    private static let portion = 500

    /// Takes the fleet's sample, makes hours of samples and days of events once they are over, and removes what is too old.
    ///
    /// It may be ended at any moment and called again: what was done is not done again, and half an hour's rows are replaced.
    ///
    /// - Returns: what was done, in words.
    public func rollUp(now: Date) async throws -> String {
        try await self.sampleFleet(now)
        let hours = try await self.rollUpHours(now)
        let days = try await self.rollUpDays(now)
        let removed = try await self.removeOldSamples(now)
        return "\(hours) hour\(hours == 1 ? "" : "s") and \(days) day\(days == 1 ? "" : "s") rolled up,"
            + " \(removed) old sample\(removed == 1 ? "" : "s") removed"
    }

    private func sampleFleet(_ now: Date) async throws {
        try await self.write { db in
            let sql = """
                INSERT OR REPLACE INTO fleetSample (slot, online, total)
                SELECT ?, (SELECT COUNT(*) FROM device WHERE isOnline = 1), (SELECT COUNT(*) FROM device)
                """
            try db.execute(sql: sql, arguments: [TimeSlot.slot(now)])
            try db.execute(
                sql: "DELETE FROM fleetSample WHERE slot < ?",
                arguments: [TimeSlot.slot(now) - Self.keptDays * TimeSlot.daySeconds / TimeSlot.slotSeconds])
        }
    }

    private func rollUpHours(_ now: Date) async throws -> Int {
        let end = TimeSlot.hour(now - Self.settling)
        let slots = TimeSlot.hourSeconds / TimeSlot.slotSeconds
        let first = try await self.read { db in
            try Self.progress(db, .hours)
                ?? Int.fetchOne(db, sql: "SELECT min(slot) FROM metricSample").map { $0 / slots }
        }
        let hours = min(max(first ?? end, end - Self.samplesLast / TimeSlot.hourSeconds), end)..<end
        for hour in hours {
            let rows = try await self.read { db in
                try Row.fetchAll(db, sql: Self.hour, arguments: [hour, hour * slots, (hour + 1) * slots])
                    .map { StatementArguments($0.databaseValues) }
            }
            try await self.store(rows, Self.keepHour)
            try await self.note(.hours, hour + 1)
        }
        if first != end { try await self.note(.hours, end) }
        return hours.count
    }

    private static let hour = """
        SELECT deviceID, ?, avg(load), max(load), avg(memory), max(memory), avg(disk), avg(temperature), max(temperature)
        FROM metricSample WHERE slot >= ? AND slot < ? GROUP BY deviceID
        """
    private static let keepHour = """
        INSERT OR REPLACE INTO metricHour
            (deviceID, hour, load, loadMax, memory, memoryMax, disk, temperature, temperatureMax)
        SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE EXISTS (SELECT 1 FROM device WHERE id = ?1)
        """
    private static let keepDay = """
        INSERT OR REPLACE INTO uptimeDay (deviceID, day, seconds)
        SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM device WHERE id = ?1)
        """

    private func rollUpDays(_ now: Date) async throws -> Int {
        let end = TimeSlot.day(now - Self.settling)
        let first = try await self.read { db in
            try Self.progress(db, .days)
                ?? Date.fetchOne(db, sql: "SELECT min(createdAt) FROM device").map(TimeSlot.day)
        }
        let days = min(max(first ?? end, end - Self.keptDays), end)..<end
        if !days.isEmpty {
            var after: String? = ""
            while let from = after {
                let (rows, devices) = try await self.days(days, after: from)
                try await self.store(rows, Self.keepDay)
                try await self.removeOld(of: devices, now)
                after = devices.last
            }
        }
        if first != end { try await self.note(.days, end) }
        return days.count
    }

    /// The rows of the next devices, and these devices; none after the last.
    private func days(_ days: Range<Int>, after: String) async throws -> (rows: [StatementArguments], devices: [String])
    {
        try await self.read { db in
            let sql = "SELECT id, createdAt FROM device WHERE id > ? ORDER BY id LIMIT 100"
            let devices = try Row.fetchAll(db, sql: sql, arguments: [after])
            let rows = try devices.flatMap { row in
                let (id, createdAt): (String, Date) = (row["id"], row["createdAt"])
                let seconds = try Self.secondsUp(db, id, days, until: .distantFuture)
                return days.filter { $0 >= TimeSlot.day(createdAt) }.map { day -> StatementArguments in
                    [id, day, min(Int((seconds[day] ?? 0).rounded()), TimeSlot.daySeconds)]
                }
            }
            return (rows, devices.map { $0["id"] })
        }
    }

    /// Removes what is too old of these devices, but never the event that says how a tunnel stands.
    private func removeOld(of devices: [String], _ now: Date) async throws {
        let day = TimeSlot.day(now) - Self.keptDays
        let start = TimeSlot.start(day, of: TimeSlot.daySeconds)
        try await self.write { db in
            for id in devices {
                try db.cachedStatement(sql: "DELETE FROM metricHour WHERE deviceID = ? AND hour < ?")
                    .execute(arguments: [id, TimeSlot.hour(start)])
                try db.cachedStatement(sql: "DELETE FROM uptimeDay WHERE deviceID = ? AND day < ?")
                    .execute(arguments: [id, day])
                try db.cachedStatement(
                    sql: """
                        DELETE FROM tunnelEvent WHERE deviceID = ?1 AND at < ?2
                            AND id < (SELECT max(id) FROM tunnelEvent WHERE deviceID = ?1)
                        """
                ).execute(arguments: [id, start])
            }
        }
    }

    private func removeOldSamples(_ now: Date) async throws -> Int {
        let oldest = TimeSlot.slot(now - Double(Self.samplesLast))
        var (all, removed) = (0, 0)
        repeat {
            removed = try await self.write { db in
                let sql = """
                    DELETE FROM metricSample WHERE (slot, deviceID) IN
                        (SELECT slot, deviceID FROM metricSample WHERE slot < ? ORDER BY slot LIMIT ?)
                    """
                try db.execute(sql: sql, arguments: [oldest, Self.portion])
                return db.changesCount
            }
            all += removed
        } while removed > 0
        return all
    }

    private func store(_ rows: [StatementArguments], _ sql: String) async throws {
        for start in stride(from: 0, to: rows.count, by: Self.portion) {
            let some = rows[start..<min(start + Self.portion, rows.count)]
            try await self.write { db in
                let statement = try db.cachedStatement(sql: sql)
                for row in some { try statement.execute(arguments: row) }
            }
        }
    }

    /// The first hour or day that is not rolled up, or nil before the first time.
    static func progress(_ db: Database, _ what: RollUp) throws -> Int? {
        try Int.fetchOne(db, sql: "SELECT doneUntil FROM rollup WHERE name = ?", arguments: [what.rawValue])
    }

    private func note(_ what: RollUp, _ until: Int) async throws {
        try await self.write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO rollup (name, doneUntil) VALUES (?, ?)",
                arguments: [what.rawValue, until])
        }
    }
}
