public import Foundation
import GRDB
public import WatchmanCore

extension Store {
    /// What a device that checked in is told.
    public struct CheckedIn: Sendable {
        /// Its name.
        public var name: String
        /// Its dedicated port.
        public var port: Int
        /// Whether the server holds its root password.
        public var escrowsRootPassword: Bool
        /// Whether a root password waits to be set.
        public var passwordIsPending: Bool
        /// Whether the machine that called is the one that was chosen, and shall make a new key.
        public var needsNewKey = false
        /// Whether its state changed by this check-in.
        public var isNews = false
        var bootID: String?
        var chosenBootID: String?
    }

    /// Which device calls by `id`, and the key that it signs its calls with; nil if it is not enrolled.
    public func signer(of id: String) async throws -> (device: String, key: SSHPublicKey)? {
        if let known = self.keys[id] { return (known.device, known.key) }
        let removals = self.keys.removals
        let found = try await self.read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT id, publicKey FROM device
                    WHERE id = coalesce((SELECT deviceID FROM deviceAlias WHERE alias = ?1), ?1)
                    """,
                arguments: [id]
            ).map { DeviceKeys.Signer(device: $0["id"], key: try SSHPublicKey(line: $0["publicKey"])) }
        }
        guard let signer = found else { return nil }
        self.keys.add(id, signer, removals: removals)
        return (signer.device, signer.key)
    }

    /// Takes a device's call: its number must be higher than every one before.
    ///
    /// - Throws: `StaleSequence` with the last number, so that an agent that lost its count can go on; `WatchmanError`
    ///   (`unauthenticated`) if the device was removed.
    public func acceptCall(device id: String, sequence: Int64) async throws -> DeviceInfo {
        try await self.write { db in try Self.accept(db, id, sequence) }
    }

    static func accept(_ db: Database, _ id: String, _ sequence: Int64) throws -> DeviceInfo {
        try db.execute(
            sql: "UPDATE device SET sequence = ? WHERE id = ? AND sequence < ?", arguments: [sequence, id, sequence])
        if db.changesCount == 0 { throw try Self.refusal(db, id) }
        return try Self.info(db, id: id)
    }

    /// Takes a device's call from the address `source` and records its report, all or nothing.
    ///
    /// - Throws: as `acceptCall`.
    public func checkIn(
        device id: String, sequence: Int64, _ report: CheckInRequest, source: String = "", now: Date
    ) async throws -> CheckedIn {
        let report = report.plausible
        let vitals = report.vitals.cleaned
        let state: StatementArguments = [
            try Self.json(vitals), report.vitals.clock.timeIntervalSince(now),
            report.tunnelProblem.map { OutsideText.clean($0, limit: 300) }, report.problem?.rawValue,
            report.way.flatMap(TunnelWay.init(rawValue:))?.rawValue,
            report.profile.flatMap(NetworkProfile.init(rawValue:))?.rawValue, report.isLeaving ?? false, now, id,
            sequence, now,
        ]
        do {
            return try await self.write { db in
                // Asked and noted in here, where one caller follows the other.
                let isStored = self.keys.hasStored(id, report)
                let facts = isStored ? nil : try Self.json(report.facts.cleaned)
                let logins = isStored ? nil : try report.logins.map(Self.json)
                var answer = try Self.take(db, id, [sequence, facts, logins] + state)
                try Self.sample(db, id, vitals, now)
                if let bootID = report.bootID {
                    answer.needsNewKey = bootID == answer.chosenBootID
                    let recently = now - Self.instanceInterval
                    if bootID != answer.bootID || !self.keys.hasNoted(id, instance: bootID, since: recently) {
                        let machine = Machine(device: id, bootID: bootID, facts: report.facts.cleaned, source: source)
                        answer.isNews = try Self.note(db, machine, before: answer.bootID, now)
                        self.keys.note(id, instance: bootID, at: now)
                    }
                }
                if let hostKeys = report.hostKeys {
                    answer.isNews = try Self.note(db, id, hostKeys, source, now) || answer.isNews
                }
                self.keys.note(id, report)
                return answer
            }
        } catch {
            self.keys.forget(id)
            throw error
        }
    }

    private static func take(_ db: Database, _ id: String, _ arguments: StatementArguments) throws -> CheckedIn {
        let statement = try db.cachedStatement(sql: Self.takeCall)
        guard let row = try Row.fetchAll(statement, arguments: arguments).first else { throw try Self.refusal(db, id) }
        return CheckedIn(
            name: row["name"], port: row["port"], escrowsRootPassword: row["escrowsRootPassword"],
            passwordIsPending: row["passwordIsPending"], bootID: row["bootID"], chosenBootID: row["chosenBootID"])
    }

    private static let takeCall = """
        UPDATE device SET sequence = ?, facts = coalesce(?, facts), loginUsers = coalesce(?, loginUsers), vitals = ?, clockSkew = ?, tunnelProblem = ?,
            problem = ?, way = ?, profile = ?, isLeaving = ?, lastSeen = ?
        WHERE id = ? AND sequence < ?
        RETURNING name, escrowsRootPassword, (SELECT port FROM portLease WHERE deviceID = device.id) AS port,
            \(passwordIsPending) AS passwordIsPending, bootID, chosenBootID
        """

    /// An SQL expression about the row `device`; its argument is this moment. True if the device shall ask for a password: one waits,
    /// there was none yet, or the one in force is due.
    static let passwordIsPending = """
        (escrowsRootPassword AND (coalesce(rotatePasswordAt <= ?, FALSE)
            OR EXISTS (SELECT 1 FROM rootPassword WHERE deviceID = device.id AND state = 'pending')
            OR NOT EXISTS (SELECT 1 FROM rootPassword WHERE deviceID = device.id AND state = 'current')))
        """

    /// Why a call was not taken.
    private static func refusal(_ db: Database, _ id: String) throws -> any Error {
        let last = try Int64.fetchOne(db, sql: "SELECT sequence FROM device WHERE id = ?", arguments: [id])
        return last.map { StaleSequence(last: $0) } ?? Self.notEnrolled(id)
    }

    /// What a device is told that is not known here.
    public static func notEnrolled(_ id: String) -> WatchmanError {
        WatchmanError(
            .unauthenticated, "device \(id) is not enrolled here: it was removed", hint: "watchman register")
    }

    static func json(_ value: some Encodable) throws -> String {
        String(decoding: try WireJSON.encode(value), as: UTF8.self)
    }
}

extension CheckInRequest {
    /// The report without what no honest agent says.
    fileprivate var plausible: CheckInRequest {
        var copy = self
        copy.bootID = self.bootID.flatMap { BootID.isValid($0) ? $0 : nil }
        copy.hostKeys = self.hostKeys.flatMap { (1...8).contains($0.count) ? $0 : nil }
        copy.logins = self.logins.map { names in
            ["root"] + Set(names).subtracting(["root"]).filter(AccountName.isValid).sorted().prefix(31)
        }
        return copy
    }
}

/// A device's call came with a number that was used before.
public struct StaleSequence: Error, Sendable {
    /// The highest number so far.
    public var last: Int64
}
