import GRDB
import WatchmanCore

extension ServerFixture {
    /// Changes the database of a server that does not run; only `serve` may have it open otherwise.
    func edit(_ sql: String) throws {
        let database = try DatabaseQueue(path: "\(self.state)/watchman.db")
        try database.write { try $0.execute(sql: sql) }
        try database.close()
    }

    /// Asks the database of a server that does not run.
    func query(_ sql: String) throws -> [String] {
        let database = try DatabaseQueue(path: "\(self.state)/watchman.db")
        let rows = try database.read { try String.fetchAll($0, sql: sql) }
        try database.close()
        return rows
    }

    /// Lets a join token's time be over; the shortest that can be asked for is a minute.
    func expire(_ token: Credential) async throws {
        _ = try await self.stop()
        try self.edit("UPDATE joinToken SET expiresAt = '2020-01-01 00:00:00.000' WHERE id = '\(token.id)'")
        try await self.start()
    }
}
