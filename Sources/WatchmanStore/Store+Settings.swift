import GRDB

extension Store {
    /// The setting that keeps which audit row was last written to the server's log.
    public static let journalPlace = "audit-journal"

    /// What the server notes for itself under a name.
    public func setting(_ name: String) async throws -> String? {
        try await self.read { db in
            try String.fetchOne(db, sql: "SELECT value FROM setting WHERE name = ?", arguments: [name])
        }
    }

    /// Notes `value` under a name.
    public func set(_ name: String, _ value: String) async throws {
        try await self.write { db in try Self.set(db, name, value) }
    }

    static func set(_ db: Database, _ name: String, _ value: String) throws {
        try db.execute(
            sql: "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
            arguments: [name, value])
    }
}
