public import Foundation
import GRDB
public import WatchmanCore

extension Store {
    /// Creates or updates a gateway's row.
    ///
    /// - Throws: `WatchmanError` (`configuration`) if devices hold ports outside the new range.
    public func configure(_ gateway: Gateway) async throws {
        try await self.write { db in
            let outside = try Int.fetchOne(
                db,
                sql: """
                    SELECT COUNT(*) FROM portLease
                    WHERE gatewayID = ? AND deviceID IS NOT NULL AND port NOT BETWEEN ? AND ?
                    """,
                arguments: [gateway.id, gateway.firstPort, gateway.lastPort])
            guard outside == 0 else {
                throw WatchmanError(
                    .configuration,
                    "\(outside ?? 0) devices hold ports outside device-ports \(gateway.firstPort)-\(gateway.lastPort): keep the old range inside the new one"
                )
            }
            try gateway.upsert(db)
        }
    }

    /// Records that the tunnels at these ports of a gateway came up or went down; what was so before is no news.
    ///
    /// - Returns: the devices whose ports they are.
    public func record(gateway: String, up: Set<Int>, down: Set<Int>, now: Date) async throws -> [(
        device: String, isUp: Bool
    )] {
        try await self.write { db in
            var changes: [(device: String, isUp: Bool)] = []
            for (ports, isUp) in [(down, false), (up, true)] {
                let find = try db.cachedStatement(
                    sql: """
                        SELECT device.id FROM portLease JOIN device ON device.id = portLease.deviceID
                        WHERE gatewayID = ? AND port = ? AND isOnline <> ?
                        """)
                for port in ports.sorted() {
                    guard let owner = try String.fetchOne(find, arguments: [gateway, port, isUp]) else { continue }
                    try db.execute(
                        sql: "INSERT INTO tunnelEvent (deviceID, at, isUp) VALUES (?, ?, ?)",
                        arguments: [owner, now, isUp])
                    try db.execute(
                        sql: "UPDATE device SET isOnline = ?, isDegraded = FALSE WHERE id = ?",
                        arguments: [isUp, owner])
                    changes.append((owner, isUp))
                }
            }
            return changes
        }
    }

    /// Records which tunnels lead to an sshd that answers, and which do not.
    ///
    /// - Returns: the devices of which that is news.
    public func record(gateway: String, answering: Set<Int>, silent: Set<Int>) async throws -> [String] {
        try await self.write { db in
            var changed: [String] = []
            for (ports, isDegraded) in [(answering, false), (silent, true)] {
                let update = try db.cachedStatement(
                    sql: """
                        UPDATE device SET isDegraded = ?1 WHERE isOnline AND isDegraded <> ?1
                            AND id = (SELECT deviceID FROM portLease WHERE gatewayID = ?2 AND port = ?3) RETURNING id
                        """)
                for port in ports.sorted() {
                    changed += try String.fetchAll(update, arguments: [isDegraded, gateway, port])
                }
            }
            return changed
        }
    }

    /// The profiles of the devices at these ports; who never reported one is not among them.
    public func profiles(gateway: String, ports: Set<Int>) async throws -> [Int: NetworkProfile] {
        try await self.read { db in
            let select = try db.cachedStatement(
                sql: """
                    SELECT profile FROM portLease JOIN device ON device.id = deviceID WHERE gatewayID = ? AND port = ?
                    """)
            return try ports.reduce(into: [:]) { profiles, port in
                let name = try Row.fetchAll(select, arguments: [gateway, port]).first?["profile"] as String?
                profiles[port] = name.flatMap(NetworkProfile.init(rawValue:))
            }
        }
    }

    /// The last `limit` changes of a device's tunnel, newest first.
    public func tunnelEvents(device id: String, limit: Int) async throws -> [TunnelEvent] {
        try await self.read { db in
            let sql = "SELECT at, isUp FROM tunnelEvent WHERE deviceID = ? ORDER BY id DESC LIMIT ?"
            return try Row.fetchAll(db, sql: sql, arguments: [id, limit]).map {
                TunnelEvent(at: $0["at"], isUp: $0["isUp"])
            }
        }
    }

    /// Takes the serial number of a new certificate and notes what it is for.
    public func issueCertificate(
        device id: String, keyID: String, fingerprint: String, actor: Principal, now: Date, expiresAt: Date
    ) async throws -> UInt64 {
        try await self.write { db in
            try db.execute(
                sql:
                    "INSERT INTO certificate (deviceID, keyID, fingerprint, actor, issuedAt, expiresAt) VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [id, keyID, fingerprint, actor.name, now, expiresAt])
            let serial = UInt64(db.lastInsertedRowID)
            try Self.audit(db, now, actor: actor, "device.connect", id, "serial=\(serial)")
            return serial
        }
    }
}
