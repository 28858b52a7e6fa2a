public import Foundation
import GRDB
public import WatchmanCore

extension Store {
    /// How many devices are in which state.
    public struct FleetStates: Hashable, Sendable {
        /// The tunnel is up.
        public var online: Int
        /// The tunnel is down, and the agent has reported before.
        public var offline: Int
        /// The tunnel is down, and the agent never reported.
        public var never: Int
        /// All devices.
        public var total: Int { self.online + self.offline + self.never }
    }

    /// A device that someone should look after.
    public struct Concern: Sendable {
        /// The id.
        public var id: String
        /// The name.
        public var name: String
        /// Its last check-in.
        public var lastSeen: Date?
        /// When its tunnel last changed.
        public var changedAt: Date?
        /// Why its tunnel is down, in its own words.
        public var tunnelProblem: String?
        /// Whether its last check-in was a farewell.
        public var isLeaving: Bool
        /// How it was at its last check-in.
        public var vitals: DeviceVitals?
        /// Device clock minus server clock, seconds.
        public var clockSkew: Double
        /// How sparing it is with its network.
        public var profile: NetworkProfile
    }

    /// What someone should look after.
    public struct Concerns: Sendable {
        /// Devices whose host keys changed, by name.
        public var hostKeys: [Concern]
        /// Devices that are two machines, by name.
        public var duplicates: [Concern]
        /// Devices that were there and are not, the longest without a check-in first.
        public var offline: [Concern]
        /// Devices whose root file system is nearly full, by name.
        public var disks: [Concern]
        /// Devices whose clock is off, by name.
        public var clocks: [Concern]
        /// How many there are in all of those that are found by name.
        public var counts: (identities: Int, disks: Int, clocks: Int)
    }

    /// A change of some device's tunnel.
    public struct FleetEvent: Sendable {
        /// The device's id.
        public var deviceID: String
        /// The device's name.
        public var name: String
        /// When it was noticed.
        public var at: Date
        /// Whether the tunnel came up or went down.
        public var isUp: Bool
    }

    /// Counts the devices of a scope.
    public func fleetStates(in scope: DeviceSelector?) async throws -> FleetStates {
        try await self.read { db in
            let scope = SQLCondition.and(within: scope)
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT (SELECT COUNT(*) FROM device WHERE isOnline = 1\(scope.sql)),
                        (SELECT COUNT(*) FROM device\(scope.sql.isEmpty ? "" : " WHERE TRUE\(scope.sql)")),
                        (SELECT COUNT(*) FROM device
                            WHERE coalesce(lastSeen, '') = '' AND +isOnline = 0\(scope.sql))
                    """, arguments: scope.arguments + scope.arguments + scope.arguments)
            let (online, total, never): (Int, Int, Int) = (row?[0] ?? 0, row?[1] ?? 0, row?[2] ?? 0)
            return FleetStates(online: online, offline: total - online - never, never: never)
        }
    }

    /// Those that are gone, from the longest on. The unary plus keeps SQLite on the index by the last check-in, which gives this order.
    static let missing = (
        condition: "+isOnline = 0 AND coalesce(lastSeen, '') > ''", order: "coalesce(lastSeen, ''), name DESC"
    )

    /// Finds what someone should look after; at most `limit` of a kind, all of a scope.
    public func concerns(limit: Int, in scope: DeviceSelector?) async throws -> Concerns {
        try await self.read { db in
            let scope = SQLCondition.and(within: scope)
            let find: (String, String) throws -> [Concern] = { condition, order in
                try Row.fetchAll(
                    db,
                    sql: """
                        SELECT id, name, lastSeen, tunnelProblem, isLeaving, vitals, clockSkew, profile,
                            (SELECT at FROM tunnelEvent WHERE deviceID = device.id ORDER BY id DESC LIMIT 1) AS changedAt
                        FROM device WHERE \(condition)\(scope.sql) ORDER BY \(order) LIMIT ?
                        """, arguments: scope.arguments + [limit]
                ).map(Concern.init(row:))
            }
            let count: (String) throws -> Int = { condition in
                let sql = "SELECT COUNT(*) FROM device WHERE \(condition)\(scope.sql)"
                return try Int.fetchOne(db, sql: sql, arguments: scope.arguments) ?? 0
            }
            let (disk, clock) = (Migrations.diskIsFull, Migrations.clockIsOff)
            let isInState: (DeviceState) -> String = { "state = \($0.rank)" }
            return Concerns(
                hostKeys: try find(isInState(.hostKeyChanged), "name"),
                duplicates: try find(isInState(.duplicate), "name"),
                offline: try find(Self.missing.condition, Self.missing.order),
                disks: try find(disk, "name"), clocks: try find(clock, "name"),
                counts: (
                    try count(isInState(.hostKeyChanged)) + count(isInState(.duplicate)), try count(disk),
                    try count(clock)
                ))
        }
    }

    /// The last `limit` changes of the tunnels of a scope, newest first.
    public func fleetEvents(limit: Int, in scope: DeviceSelector?) async throws -> [FleetEvent] {
        try await self.read { db in
            let scope = SQLCondition.and(within: scope)
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT deviceID, name, at, isUp FROM tunnelEvent JOIN device ON device.id = deviceID\(scope.sql)
                    ORDER BY tunnelEvent.id DESC LIMIT ?
                    """, arguments: scope.arguments + [limit]
            ).map { FleetEvent(deviceID: $0["deviceID"], name: $0["name"], at: $0["at"], isUp: $0["isUp"]) }
        }
    }

    /// The fleet's samples behind a slot of five minutes, oldest first. They count all devices, so there are none of a scope.
    public func fleetSamples(after slot: Int, in scope: DeviceSelector?) async throws -> [FleetSample] {
        if scope != nil { return [] }
        return try await self.read { db in
            try Row.fetchAll(
                db, sql: "SELECT slot, online, total FROM fleetSample WHERE slot > ? ORDER BY slot", arguments: [slot]
            ).map { FleetSample(slot: $0["slot"], online: $0["online"], total: $0["total"]) }
        }
    }

    /// The first `limit` tags that devices of a scope have, sorted.
    public func tags(limit: Int, in scope: DeviceSelector?) async throws -> [String] {
        try await self.read { db in
            if let scope = scope.map(SQLCondition.init(devices:)) {
                let sql = """
                    SELECT DISTINCT tag FROM deviceTag JOIN device ON device.id = deviceID WHERE \(scope.sql)
                    ORDER BY tag LIMIT ?
                    """
                return try String.fetchAll(db, sql: sql, arguments: scope.arguments + [limit])
            }
            // Jumps from tag to tag in the index instead of reading a row for every device.
            let sql = """
                WITH RECURSIVE found (tag) AS (
                    SELECT min(tag) FROM deviceTag
                    UNION ALL SELECT (SELECT min(tag) FROM deviceTag WHERE tag > found.tag) FROM found WHERE tag IS NOT NULL
                ) SELECT tag FROM found WHERE tag IS NOT NULL LIMIT ?
                """
            return try String.fetchAll(db, sql: sql, arguments: [limit])
        }
    }

    /// How a gateway's ports are used: those of devices, and those that rest after one was removed.
    public func portUse(gateway: String) async throws -> (leased: Int, resting: Int) {
        try await self.read { db in
            let sql = "SELECT count(deviceID), count(releasedAt) FROM portLease WHERE gatewayID = ?"
            let row = try Row.fetchOne(db, sql: sql, arguments: [gateway])
            return (row?[0] ?? 0, row?[1] ?? 0)
        }
    }
}

extension Store.Concern {
    fileprivate init(row: Row) throws {
        self.id = row["id"]
        self.name = row["name"]
        self.lastSeen = row["lastSeen"]
        self.changedAt = row["changedAt"]
        self.tunnelProblem = row["tunnelProblem"]
        self.isLeaving = row["isLeaving"]
        let vitals: String? = row["vitals"]
        self.vitals = try vitals.map { try WireJSON.decode(DeviceVitals.self, from: Data($0.utf8)) }
        self.clockSkew = row["clockSkew"]
        self.profile = NetworkProfile(reported: row["profile"])
    }
}

/// How many devices were online at some time.
public struct FleetSample: Hashable, Sendable {
    /// Five-minute slots since 1970.
    public var slot: Int
    /// Devices whose tunnel was up.
    public var online: Int
    /// All devices.
    public var total: Int
}
