public import Foundation
import GRDB
public import WatchmanCore

extension Store {
    /// A device whose place another machine took.
    public struct Replacement: Sendable {
        /// The device as it is now.
        public var info: DeviceInfo
        /// Its id before, if what took its place was a device, too; its port is released.
        public var former: DeviceInfo?
        /// Whether this call did it.
        public var isNew: Bool
    }

    /// Encrypts a root password anew, for this device and version.
    public typealias Reseal = @Sendable (_ password: RootPassword, _ device: String, _ version: Int) throws -> Data

    /// Lets a new machine, which is a device or waits to be one, take the place of an enrolled device: that keeps its id, port, name, tags
    /// and history, and has the newcomer's key, host keys, facts and root password from now on. What was there before is shut out.
    ///
    /// The newcomer's own id goes on to mean the device, because its agent calls under it until it has learned the other.
    ///
    /// - Throws: `WatchmanError`: `notFound`, or `conflict` if the old device is not gone.
    public func replace(
        _ reference: String, with newcomer: String, actor: Principal, now: Date, reseal: @escaping Reseal
    ) async throws -> Replacement {
        let result = try await self.write { db in
            let old = try Self.resolve(db, reference, in: actor.scope)
            // By its whole id: the beginning of one may be the name of a device.
            if try Applicant.exists(db, key: newcomer),
                let applicant = try Self.undecided(db, newcomer, in: actor.scope)
            {
                return try Self.replace(db, old, Newcomer(applicant), former: nil, actor, now, reseal)
            }
            let former = try Self.resolve(db, newcomer, in: actor.scope)
            // Done already: the newcomer's id means the old device by now.
            if former.device.id == old.device.id { return try Self.same(old, newcomer) }
            return try Self.replace(db, old, Newcomer(former.device), former: former, actor, now, reseal)
        }
        for id in [result.info.device.id, result.former?.device.id].compactMap(\.self) { self.keys.remove(id) }
        return result
    }

    private static func same(_ old: DeviceInfo, _ newcomer: String) throws -> Replacement {
        guard newcomer != old.device.id, newcomer != old.device.name else {
            throw WatchmanError(.conflict, "\(old.device.name) cannot take its own place")
        }
        return Replacement(info: old, former: nil, isNew: false)
    }

    private static func replace(
        _ db: Database, _ old: DeviceInfo, _ new: Newcomer, former: DeviceInfo?, _ actor: Principal, _ now: Date,
        _ reseal: Reseal
    ) throws -> Replacement {
        let id = old.device.id
        try Self.requireGone(old.device, now)
        try Self.handOverPasswords(db, from: new.id, to: id, reseal)
        try db.execute(sql: "UPDATE deviceAlias SET deviceID = ? WHERE deviceID = ?", arguments: [id, new.id])
        try db.execute(
            sql: "UPDATE portLease SET deviceID = NULL, releasedAt = ? WHERE deviceID = ?", arguments: [now, new.id])
        for table in ["device", "applicant"] {
            try db.execute(sql: "DELETE FROM \(table) WHERE id = ?", arguments: [new.id])
        }
        try db.execute(sql: "INSERT INTO deviceAlias (alias, deviceID) VALUES (?, ?)", arguments: [new.id, id])
        try Self.take(db, id, new, now)
        try Self.audit(db, now, actor: actor, "device.replace", id, "\(old.device.name) with=\(new.id)")
        return Replacement(info: try Self.info(db, id: id), former: former, isNew: true)
    }

    /// What is online or reports is not gone; that also keeps two people from replacing one device twice at once.
    private static func requireGone(_ device: Device, _ now: Date) throws {
        let age = device.lastSeen.map { now.timeIntervalSince($0) } ?? .infinity
        guard device.isOnline || age < NetworkProfile(reported: device.profile).silence else { return }
        let sign = device.isOnline ? "is online" : "checked in \(ElapsedTime.words(age)) ago"
        throw WatchmanError(
            .conflict, "\(device.name) \(sign): only a device that is gone can be replaced",
            hint: "watchman devices show \(device.name)")
    }

    /// Puts the newcomer's machine behind the device's id. What was known of the machine that is gone would only mislead.
    private static func take(_ db: Database, _ id: String, _ new: Newcomer, _ now: Date) throws {
        guard var device = try Device.fetchOne(db, key: id) else { throw Self.notEnrolled(id) }
        device.publicKey = new.publicKey
        device.tokenID = new.tokenID
        device.hostKeys = new.hostKeys
        device.facts = new.facts
        device.vitals = new.vitals
        device.escrowsRootPassword = new.escrowsRootPassword
        device.clockSkew = new.clockSkew
        device.sequence = new.sequence
        device.tunnelProblem = nil
        device.lastSeen = new.lastSeen ?? now
        try device.update(db)
        try db.execute(
            sql: """
                UPDATE device SET bootID = NULL, isDuplicate = 0, chosenBootID = NULL, reportedHostKeys = NULL,
                    loginUsers = '["root"]' WHERE id = ?
                """,
            arguments: [id])
        try db.execute(sql: "DELETE FROM deviceInstance WHERE deviceID = ?", arguments: [id])
    }

    /// The old machine's passwords become past ones, and those that may be in force on the new one follow them.
    private static func handOverPasswords(_ db: Database, from new: String, to old: String, _ reseal: Reseal) throws {
        try db.execute(
            sql: "UPDATE rootPassword SET state = 'past' WHERE deviceID = ? AND state <> 'past'", arguments: [old])
        try db.execute(
            sql: "UPDATE device SET rotatePasswordAt = (SELECT rotatePasswordAt FROM device WHERE id = ?) WHERE id = ?",
            arguments: [new, old])
        let last = try Int.fetchOne(
            db, sql: "SELECT MAX(version) FROM rootPassword WHERE deviceID = ?", arguments: [old])
        let rows = try RootPassword.fetchAll(
            db, sql: "SELECT * FROM rootPassword WHERE deviceID = ? AND state <> 'past' ORDER BY version",
            arguments: [new])
        for (index, row) in rows.enumerated() {
            let version = (last ?? 0) + index + 1
            var copy = row
            (copy.deviceID, copy.version, copy.sealed) = (old, version, try reseal(row, old, version))
            try copy.insert(db)
        }
    }
}

/// What a machine brings with it when it takes a device's place.
private struct Newcomer {
    let id: String
    let publicKey: String
    let tokenID: String
    let hostKeys: [SSHPublicKey]
    let facts: DeviceFacts
    var vitals: DeviceVitals?
    let escrowsRootPassword: Bool
    let clockSkew: Double
    /// Its agent goes on counting, and a call that was sent before must not be taken again.
    var sequence: Int64 = 0
    var lastSeen: Date?

    init(_ applicant: Applicant) {
        self.id = applicant.id
        self.publicKey = applicant.publicKey
        self.tokenID = applicant.tokenID
        self.hostKeys = applicant.hostKeys
        self.facts = applicant.facts
        self.escrowsRootPassword = applicant.escrowsRootPassword
        self.clockSkew = applicant.clockSkew
    }

    init(_ device: Device) {
        self.id = device.id
        self.publicKey = device.publicKey
        self.tokenID = device.tokenID
        self.hostKeys = device.hostKeys
        self.facts = device.facts
        self.vitals = device.vitals
        self.escrowsRootPassword = device.escrowsRootPassword
        self.clockSkew = device.clockSkew
        self.sequence = device.sequence
        self.lastSeen = device.lastSeen
    }
}
