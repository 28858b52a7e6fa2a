public import Foundation
import GRDB
public import WatchmanCore

extension Store {
    /// Devices that may wait at once.
    static let mostApplicants = 1000
    /// Rejected devices that are remembered, so that they learn it.
    static let keptRejections = 1000

    /// The devices of this scope that wait, oldest first. A device that waits is in a scope if its token's tags would put it there.
    public func applicants(in scope: DeviceSelector?) async throws -> [ApplicantSummary] {
        try await self.read { db in
            let rows = try Applicant.fetchAll(
                db, sql: "SELECT * FROM applicant WHERE state = 'waiting' ORDER BY createdAt, id")
            return try rows.filter { try Self.isApplicant($0, in: scope, db) }.map {
                try Self.summary(db, $0, in: scope)
            }
        }
    }

    /// The whole id of the applicant that people mean, or what they wrote if there is none.
    public func applicantID(_ reference: String, in scope: DeviceSelector?) async throws -> String {
        try await self.read { db in try Self.applicant(db, reference, in: scope)?.id ?? reference }
    }

    /// How many devices of this scope wait.
    public func applicantCount(in scope: DeviceSelector?) async throws -> Int {
        let tokens = SQLCondition.and(tokensWithin: scope)
        return try await self.read { db in
            let sql = """
                SELECT COUNT(*) FROM applicant JOIN joinToken ON joinToken.id = tokenID WHERE state = 'waiting'\(tokens.sql)
                """
            return try Int.fetchOne(db, sql: sql, arguments: tokens.arguments) ?? 0
        }
    }

    /// Lets an applicant in, as a device of its own. One that is in already stays what it is.
    ///
    /// - Throws: `WatchmanError`: `notFound`, `conflict` if it was rejected or the name is taken, `exhausted` when no port is free.
    public func approve(
        _ reference: String, name: String?, gateway gatewayID: String, occupied: Set<Int>, actor: Principal, now: Date
    ) async throws -> DeviceInfo {
        try await self.write { db in
            guard var applicant = try Self.undecided(db, reference, in: actor.scope) else {
                return try Self.approved(db, reference, in: actor.scope)
            }
            applicant.name = name ?? applicant.name
            let tags = try JoinToken.fetchOne(db, key: applicant.tokenID)?.tags ?? []
            try db.execute(sql: "DELETE FROM applicant WHERE id = ?", arguments: [applicant.id])
            let info = try Self.insertDevice(
                applicant, tags: tags, gateway: gatewayID, occupied: occupied, db, now)
            try Self.audit(db, now, actor: actor, "device.approve", info.device.id, info.device.name)
            return info
        }
    }

    /// Turns an applicant away; the device learns it when it asks again with the same token. Saying no twice is no error.
    ///
    /// - Throws: `WatchmanError`: `notFound`, or `conflict` if it was approved.
    public func reject(_ reference: String, actor: Principal, now: Date) async throws -> ApplicantSummary {
        try await self.write { db in
            guard var row = try Self.applicant(db, reference, in: actor.scope) else {
                let info = try Self.approved(db, reference, in: actor.scope)
                throw WatchmanError(
                    .conflict, "\(reference) was approved already: it is the device \(info.device.name)",
                    hint: "watchman devices remove \(info.device.name)")
            }
            if row.state == .waiting {
                row.state = .rejected
                try row.update(db)
                try Self.audit(
                    db, now, actor: actor, "device.reject", row.id, OutsideText.clean(row.facts.hostname, limit: 63))
                try db.execute(
                    sql: """
                        DELETE FROM applicant WHERE state = 'rejected' AND id NOT IN
                            (SELECT id FROM applicant WHERE state = 'rejected' ORDER BY createdAt DESC LIMIT ?)
                        """,
                    arguments: [Self.keptRejections])
            }
            return try Self.summary(db, row, in: actor.scope)
        }
    }

    /// The applicant that people mean by its id or the beginning of it, or nil.
    static func applicant(_ db: Database, _ reference: String, in scope: DeviceSelector?) throws -> Applicant? {
        guard DeviceName.isValid(reference) else { return nil }
        let rows = try Applicant.fetchAll(
            db, sql: "SELECT * FROM applicant WHERE id GLOB ? ORDER BY id", arguments: ["\(reference)*"])
        let found = try rows.filter { try Self.isApplicant($0, in: scope, db) }
        guard found.count < 2 else {
            throw WatchmanError(
                .conflict, "several applicants begin with '\(reference)'", hint: "watchman devices pending")
        }
        return found.first
    }

    /// The applicant if nobody has decided, or nil if there is none of that name.
    ///
    /// - Throws: `WatchmanError` (`conflict`) if it was rejected.
    static func undecided(_ db: Database, _ reference: String, in scope: DeviceSelector?) throws -> Applicant? {
        guard let applicant = try Self.applicant(db, reference, in: scope) else { return nil }
        guard applicant.state == .waiting else {
            throw WatchmanError(
                .conflict, "\(applicant.id) was rejected: it can register again with another join token",
                hint: "watchman admin tokens create")
        }
        return applicant
    }

    /// The device that an applicant became.
    ///
    /// - Throws: `WatchmanError` (`notFound`).
    static func approved(_ db: Database, _ id: String, in scope: DeviceSelector?) throws -> DeviceInfo {
        let scope = SQLCondition.and(within: scope)
        let sql = """
            \(DeviceInfo.query) WHERE device.id = coalesce((SELECT deviceID FROM deviceAlias WHERE alias = ?1), ?1)\(scope.sql)
            """
        guard DeviceName.isValid(id),
            let info = try DeviceInfo.fetchOne(db, sql: sql, arguments: [id] + scope.arguments)
        else {
            throw WatchmanError(
                .notFound, "no device '\(OutsideText.clean(id, limit: 63))' waits for approval",
                hint: "watchman devices pending")
        }
        return info
    }

    private static func isApplicant(_ row: Applicant, in scope: DeviceSelector?, _ db: Database) throws -> Bool {
        try scope == nil || Self.token(db, row.tokenID, in: scope) != nil
    }

    private static func summary(
        _ db: Database, _ row: Applicant, in scope: DeviceSelector?
    ) throws -> ApplicantSummary {
        ApplicantSummary(
            id: row.id, state: row.state, name: row.name, facts: row.facts, source: row.source,
            keyFingerprint: try SSHPublicKey(line: row.publicKey).fingerprint, token: row.tokenID,
            tags: try JoinToken.fetchOne(db, key: row.tokenID)?.tags ?? [], createdAt: row.createdAt,
            resembles: try Self.resemblance(db, row.facts, before: row.createdAt, in: scope))
    }

    /// The older device, offline now, that says the same of itself as `facts` do.
    static func resemblance(
        _ db: Database, _ facts: DeviceFacts, before: Date, in scope: DeviceSelector?
    ) throws -> Resemblance? {
        let scope = SQLCondition.and(within: scope)
        let traits = [(Resemblance.Trait.serial, "serial", facts.serial), (.machineID, "machineID", facts.machineID)]
        for (trait, field, value) in traits {
            guard let value else { continue }
            let row = try Row.fetchOne(
                try db.cachedStatement(
                    sql: """
                        SELECT id, name FROM device WHERE facts ->> '\(field)' = ? AND isOnline = 0 AND createdAt < ?\(scope.sql)
                        ORDER BY coalesce(lastSeen, '') DESC LIMIT 1
                        """),
                arguments: [value, before] + scope.arguments)
            if let row { return Resemblance(id: row["id"], name: row["name"], trait: trait) }
        }
        return nil
    }

    /// The older device that a device may be, set up anew.
    public func resemblance(_ info: DeviceInfo, in scope: DeviceSelector?) async throws -> Resemblance? {
        try await self.read { db in
            try Self.resemblance(db, info.device.facts, before: info.device.createdAt, in: scope)
        }
    }
}
