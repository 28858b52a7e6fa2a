public import Foundation
import GRDB
import WatchmanCore

extension Store {
    /// Withdraws what was granted to principals, such as `user:alice` or `key:ID`: certificates that are still good, and those whose
    /// connections are open. It stands in the transaction that ends or changes their rights, so that no crash comes in between.
    ///
    /// - Returns: the principals.
    @discardableResult
    static func withdrawCertificates(_ db: Database, from principals: [String], _ now: Date) throws -> [String] {
        for principal in principals {
            try db.execute(
                sql: """
                    UPDATE certificate SET revokedAt = ?1 WHERE actor = ?2 AND revokedAt IS NULL
                        AND (expiresAt > ?1 OR serial IN (SELECT serial FROM connection WHERE endedAt IS NULL))
                    """,
                arguments: [now, principal])
        }
        return principals
    }

    /// Withdraws the certificates that were granted to API keys which have ended by themselves.
    public func revokeCertificatesOfExpiredKeys(now: Date) async throws {
        let principals = try await self.read { db in
            let sql = """
                SELECT certificate.actor FROM apiKey CROSS JOIN certificate
                    ON certificate.actor = 'key:' || apiKey.id AND certificate.expiresAt > ?1
                WHERE apiKey.expiresAt <= ?1 AND certificate.revokedAt IS NULL
                UNION SELECT certificate.actor FROM connection CROSS JOIN certificate USING (serial)
                    CROSS JOIN apiKey ON apiKey.id = substr(certificate.actor, 5)
                WHERE endedAt IS NULL AND certificate.revokedAt IS NULL AND apiKey.expiresAt <= ?1
                """
            return try String.fetchAll(db, sql: sql, arguments: [now])
        }
        guard !principals.isEmpty else { return }
        _ = try await self.write { db in try Self.withdrawCertificates(db, from: principals, now) }
    }

    /// The certificates that would still open a gateway had they not been withdrawn: their serial numbers, and when they end.
    public func revokedCertificates(now: Date) async throws -> [Int64: Date] {
        try await self.read { db in
            let sql = "SELECT serial, expiresAt FROM certificate WHERE revokedAt IS NOT NULL AND expiresAt > ?"
            let rows = try Row.fetchAll(db, sql: sql, arguments: [now])
            return Dictionary(rows.map { ($0["serial"], $0["expiresAt"]) }) { first, _ in first }
        }
    }

    /// Open connections that must end: the certificate was withdrawn, the device was removed, or the person or key is gone.
    public func connectionsToEnd() async throws -> [Connection] {
        try await self.read { db in
            let sql = """
                SELECT connection.* FROM connection LEFT JOIN certificate ON certificate.serial = connection.serial
                WHERE endedAt IS NULL AND (
                    certificate.revokedAt IS NOT NULL
                    OR NOT EXISTS (SELECT 1 FROM device WHERE id = connection.deviceID)
                    OR (connection.actor GLOB 'user:*'
                        AND NOT EXISTS (SELECT 1 FROM user WHERE name = substr(connection.actor, 6)))
                    OR (connection.actor GLOB 'key:*' AND NOT EXISTS (
                        SELECT 1 FROM apiKey WHERE id = substr(connection.actor, 5) AND apiKey.revokedAt IS NULL)))
                ORDER BY connection.id
                """
            return try Connection.fetchAll(db, sql: sql)
        }
    }
}
