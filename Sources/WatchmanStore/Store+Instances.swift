import Foundation
import GRDB
import WatchmanCore

/// Which machines a device was: a boot's number that comes back after another one took its place belongs to a second machine.
extension Store {
    /// A machine as it checked in.
    struct Machine: Sendable {
        let device: String
        let bootID: String
        let facts: DeviceFacts
        let source: String
    }

    /// Seconds after which an instance that goes on is noted again.
    static let instanceInterval: TimeInterval = 600
    /// Seconds after its last note in which an instance counts as alive.
    static let instanceLife: TimeInterval = 900
    /// How many instances of a device are kept, and for how many seconds.
    static let instances = (count: 20, age: TimeInterval(7 * 86400))

    /// Notes the instance that checked in; `before` is the one of the check-in before.
    ///
    /// A reboot brings a number that was never seen, so it is no duplicate, and neither is a card that was moved to another board.
    ///
    /// - Returns: whether the device became a duplicate.
    static func note(_ db: Database, _ machine: Machine, before: String?, _ now: Date) throws -> Bool {
        let id = machine.device
        let isReturn =
            try before != nil && before != machine.bootID && Self.lastSeen(db, id, machine.bootID) != nil
        let isOtherAlive = try before.flatMap { try Self.lastSeen(db, id, $0) }.map { $0 > now - Self.instanceLife }
        try db.execute(
            sql: """
                INSERT INTO deviceInstance (deviceID, bootID, machineID, hostname, source, firstSeen, lastSeen)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET machineID = excluded.machineID, hostname = excluded.hostname,
                    source = excluded.source, lastSeen = excluded.lastSeen
                """,
            arguments: [
                id, machine.bootID, machine.facts.machineID, machine.facts.hostname, machine.source, now, now,
            ])
        guard before != machine.bootID else { return false }
        try db.execute(sql: "UPDATE device SET bootID = ? WHERE id = ?", arguments: [machine.bootID, id])
        try Self.prune(db, id, now)
        guard isReturn, isOtherAlive == true else { return false }
        try db.execute(sql: "UPDATE device SET isDuplicate = 1 WHERE id = ? AND isDuplicate = 0", arguments: [id])
        guard db.changesCount > 0 else { return false }
        try Self.audit(
            db, now, actor: Principal(name: "device:\(id)", source: machine.source), "device.duplicate", id,
            try Self.machines(db, id, [before ?? "", machine.bootID]))
        return true
    }

    private static func lastSeen(_ db: Database, _ id: String, _ bootID: String) throws -> Date? {
        try Date.fetchOne(
            db, sql: "SELECT lastSeen FROM deviceInstance WHERE deviceID = ? AND bootID = ?", arguments: [id, bootID])
    }

    /// `HOST at ADDRESS` of each, for the audit table.
    private static func machines(_ db: Database, _ id: String, _ bootIDs: [String]) throws -> String {
        try bootIDs.compactMap { bootID in
            try String.fetchOne(
                db,
                sql: "SELECT hostname || ' at ' || source FROM deviceInstance WHERE deviceID = ? AND bootID = ?",
                arguments: [id, bootID])
        }.joined(separator: ", ")
    }

    private static func prune(_ db: Database, _ id: String, _ now: Date) throws {
        try db.execute(
            sql: """
                DELETE FROM deviceInstance WHERE deviceID = ?1 AND (lastSeen < ?2 OR bootID NOT IN (
                    SELECT bootID FROM deviceInstance WHERE deviceID = ?1 ORDER BY lastSeen DESC LIMIT ?3))
                """, arguments: [id, now - Self.instances.age, Self.instances.count])
    }
}
