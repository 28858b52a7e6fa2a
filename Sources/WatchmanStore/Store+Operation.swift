import GRDB

/// How many there are of what monitoring asks for.
public struct StoreCounts: Sendable {
    /// Devices whose tunnel is up.
    public var online: Int
    /// Devices whose tunnel is down.
    public var offline: Int
    /// Ports that belong to a device, or did not long ago.
    public var portsUsed: Int
}

extension Store {
    /// Counts them.
    public func counts() async throws -> StoreCounts {
        try await self.read { db in
            let count: (String) throws -> Int = { sql in try Int.fetchOne(db, sql: sql) ?? 0 }
            return StoreCounts(
                online: try count("SELECT COUNT(*) FROM device WHERE isOnline = 1"),
                offline: try count("SELECT COUNT(*) FROM device WHERE isOnline = 0"),
                portsUsed: try count("SELECT COUNT(*) FROM portLease"))
        }
    }

    /// Writes to the database as every change does, and changes nothing: SQLite writes a row even if it stays the same.
    ///
    /// - Throws: `WatchmanError`, or what SQLite says.
    public func proveWriting() async throws {
        try await self.write { db in try db.execute(sql: "UPDATE gateway SET port = port") }
    }
}
