import Crypto
public import Foundation
import GRDB
public import WatchmanCore

extension Store {
    /// What became of a registration.
    public enum Registration: Sendable {
        /// The device as it stands, and whether this call created it.
        case enrolled(DeviceInfo, isNew: Bool)
        /// It waits for a person's word; whether this call put it there.
        case waiting(Applicant, isNew: Bool)
    }

    /// What the token of a registration is worth, before anything dear is done.
    public enum TokenVerdict: Hashable, Sendable {
        /// It is right; whether the device's key is known here already.
        case right(isKnown: Bool)
        /// It is not for this address; whether its secret was right, which the caller must not learn.
        case elsewhere(isSecretRight: Bool)
        /// There is none, or its secret is another.
        case wrong
    }

    /// Days a released port is kept back, so that nobody reaches a stranger's device through an old bookmark.
    static let quarantine: TimeInterval = 24 * 3600

    /// The refusal of a token whose id or secret is wrong.
    public static let unknownToken = WatchmanError(
        .unauthenticated, "the join token is not known here", hint: "watchman admin tokens create")
    /// The refusal of an address that a token is not for; the same whether the secret is right.
    public static let refusedSource = WatchmanError(
        .forbidden, "the join token is not for this address", hint: "watchman admin tokens list")

    /// Judges the token of a registration that comes from an address.
    public func judge(_ request: RegistrationRequest, from source: String) async throws -> TokenVerdict {
        try await self.read { db in try Self.judge(db, request, source).verdict }
    }

    /// Notes in the audit table that a right token was used from an address that it is not for.
    public func noteRefusedSource(token id: String, source: String, now: Date) async throws {
        try await self.write { db in
            try Self.audit(
                db, now, actor: Principal(name: "token:\(id)", source: source), "token.refuse", id, "from \(source)")
        }
    }

    /// Enrols a device: takes one use of the token, creates the row and leases a port, or does nothing at all. With a token whose
    /// devices a person approves it only notes the request.
    ///
    /// A request with the key of a device that is enrolled or waits already gives that device, provided the token's secret is right:
    /// that is how a registration whose answer was lost is finished, even if the token is used up by now.
    ///
    /// `source` is the address it comes from, `occupied` are the ports of the gateway that some process holds now.
    ///
    /// - Throws: `WatchmanError`: `unauthenticated` for a wrong token, `forbidden` for one that cannot be used here or any more and for
    ///   a device that was rejected, `conflict` for a name that is taken, `exhausted` when no port or place is free.
    public func register(
        _ request: RegistrationRequest, source: String, gateway gatewayID: String, occupied: Set<Int>, now: Date
    ) async throws -> Registration {
        try await self.write { db in
            let (verdict, found) = try Self.judge(db, request, source)
            guard case .right = verdict, let token = found else {
                throw verdict == .wrong ? Self.unknownToken : Self.refusedSource
            }
            if let known = try Self.known(db, request, token) { return known }
            try Self.requireUsable(token, now)
            try db.execute(sql: "UPDATE joinToken SET uses = uses + 1 WHERE id = ?", arguments: [token.id])
            let actor = Principal(name: "token:\(token.id)", source: source)
            let applicant = Applicant(request, source: source, now: now)
            try db.execute(sql: "DELETE FROM applicant WHERE publicKey = ?", arguments: [applicant.publicKey])
            if token.approval == .manual {
                try Self.insert(applicant, db)
                try Self.audit(
                    db, now, actor: actor, "device.apply", applicant.id, applicant.name ?? applicant.facts.hostname)
                return .waiting(applicant, isNew: true)
            }
            let info = try Self.insertDevice(
                applicant, tags: token.tags, gateway: gatewayID, occupied: occupied, db, now)
            try Self.audit(db, now, actor: actor, "device.register", info.device.id, info.device.name)
            return .enrolled(info, isNew: true)
        }
    }

    private static func judge(
        _ db: Database, _ request: RegistrationRequest, _ source: String
    ) throws -> (verdict: TokenVerdict, token: JoinToken?) {
        // The digests of an unknown id are compared too, so that the answer takes as long as for a wrong secret.
        let token = try JoinToken.fetchOne(db, key: request.tokenID)
        let given = SHA256.hash(data: Data(request.tokenSecret.revealed.utf8))
        let isSecretRight = given == (token?.secretHash ?? Data(count: 32))
        if let token, !token.isFor(source) { return (.elsewhere(isSecretRight: isSecretRight), nil) }
        guard isSecretRight, let token else { return (.wrong, nil) }
        let isKnown = try Bool.fetchOne(
            db,
            sql: """
                SELECT EXISTS (SELECT 1 FROM device WHERE publicKey = ?1)
                    OR EXISTS (SELECT 1 FROM applicant WHERE publicKey = ?1)
                """,
            arguments: [request.publicKey.line])
        return (.right(isKnown: isKnown ?? false), token)
    }

    /// What became of this key before, unless the token changes that: one that lets in at once lets in who waits, and who was rejected may
    /// ask again with another.
    private static func known(_ db: Database, _ request: RegistrationRequest, _ token: JoinToken) throws
        -> Registration?
    {
        let key = request.publicKey.line
        if let device = try Device.filter(sql: "publicKey = ?", arguments: [key]).fetchOne(db) {
            return .enrolled(try Self.info(db, id: device.id), isNew: false)
        }
        guard let applicant = try Applicant.filter(sql: "publicKey = ?", arguments: [key]).fetchOne(db),
            applicant.tokenID == token.id || token.approval == .manual && applicant.state == .waiting
        else { return nil }
        guard applicant.state == .waiting else {
            throw WatchmanError(.forbidden, "this device was rejected: ask whoever manages the server")
        }
        return .waiting(applicant, isNew: false)
    }

    private static func requireUsable(_ token: JoinToken, _ now: Date) throws {
        let hint = "watchman admin tokens create"
        switch token.state(at: now) {
        case .active: return
        case .expired: throw WatchmanError(.forbidden, "the join token \(token.id) has expired", hint: hint)
        case .used: throw WatchmanError(.forbidden, "the join token \(token.id) is used up", hint: hint)
        case .revoked: throw WatchmanError(.forbidden, "the join token \(token.id) was revoked", hint: hint)
        }
    }

    private static func insert(_ applicant: Applicant, _ db: Database) throws {
        let waiting = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM applicant WHERE state = 'waiting'") ?? 0
        guard waiting < Self.mostApplicants else {
            throw WatchmanError(
                .exhausted, "\(waiting) devices wait for approval already", hint: "watchman devices pending")
        }
        try applicant.name.map(DeviceName.check)
        try applicant.insert(db)
    }

    /// Makes an applicant a device with a name, a port and tags.
    static func insertDevice(
        _ applicant: Applicant, tags: [String], gateway gatewayID: String, occupied: Set<Int>, _ db: Database,
        _ now: Date
    ) throws -> DeviceInfo {
        guard let gateway = try Gateway.fetchOne(db, key: gatewayID) else {
            throw WatchmanError(.internal, "gateway \(gatewayID) is not set up")
        }
        let device = Device(
            id: applicant.id, name: try Self.freeName(applicant.name, applicant.facts.hostname, db),
            publicKey: applicant.publicKey, tokenID: applicant.tokenID, hostKeys: applicant.hostKeys,
            facts: applicant.facts, vitals: nil, escrowsRootPassword: applicant.escrowsRootPassword,
            clockSkew: applicant.clockSkew, sequence: 0, tunnelProblem: nil, createdAt: now, lastSeen: nil)
        try device.insert(db)
        try Self.leasePort(db, gateway: gateway, device: device.id, occupied: occupied, now: now)
        for tag in tags {
            try db.execute(sql: "INSERT INTO deviceTag (deviceID, tag) VALUES (?, ?)", arguments: [device.id, tag])
        }
        return try Self.info(db, id: device.id)
    }

    /// The asked name if it is free, else the host name with the first free number behind it.
    private static func freeName(_ asked: String?, _ hostname: String, _ db: Database) throws -> String {
        let isTaken: (String) throws -> Bool = { name in
            try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM device WHERE name = ?)", arguments: [name])
                ?? false
        }
        if let asked {
            try DeviceName.check(asked)
            guard try !isTaken(asked) else { throw WatchmanError(.conflict, "the name \(asked) is taken") }
            return asked
        }
        let base = OutsideText.deviceName(fromHostname: hostname) ?? "device"
        if try !isTaken(base) { return base }
        let pattern = "\(base)-[0-9]*"
        let taken = Set(try String.fetchAll(db, sql: "SELECT name FROM device WHERE name GLOB ?", arguments: [pattern]))
        return (2...).lazy.map { "\(base)-\($0)" }.first { !taken.contains($0) } ?? RandomText.identifier(10)
    }

    private static func leasePort(
        _ db: Database, gateway: Gateway, device: String, occupied: Set<Int>, now: Date
    ) throws {
        let known = Set(
            try Int.fetchAll(db, sql: "SELECT port FROM portLease WHERE gatewayID = ?", arguments: [gateway.id]))
        var port = (gateway.firstPort...gateway.lastPort).first { !known.contains($0) && !occupied.contains($0) }
        if port == nil {
            let released = try Int.fetchAll(
                db,
                sql: """
                    SELECT port FROM portLease WHERE gatewayID = ? AND releasedAt < ? AND port BETWEEN ? AND ?
                    ORDER BY releasedAt
                    """,
                arguments: [gateway.id, now.addingTimeInterval(-Self.quarantine), gateway.firstPort, gateway.lastPort])
            port = released.first { !occupied.contains($0) }
        }
        guard let port else {
            throw WatchmanError(
                .exhausted,
                "gateway \(gateway.id) has no free port left in \(gateway.firstPort)-\(gateway.lastPort): widen device-ports in the server's configuration"
            )
        }
        try db.execute(
            sql: "INSERT OR REPLACE INTO portLease (gatewayID, port, deviceID) VALUES (?, ?, ?)",
            arguments: [gateway.id, port, device])
    }
}
