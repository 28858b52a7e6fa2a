import Crypto
public import Foundation
import GRDB
public import WatchmanCore

extension Store {
    /// What became of a registration.
    public struct Registration: Sendable {
        /// The device as it stands.
        public var info: DeviceInfo
        /// Whether this call created it.
        public var isNew: Bool
    }

    /// Days a released port is kept back, so that nobody reaches a stranger's device through an old bookmark.
    static let quarantine: TimeInterval = 24 * 3600

    /// Enrols a device: takes one use of the token, creates the row and leases a port, or does nothing at all.
    ///
    /// A request with the key of a device that is enrolled already gives that device, provided the token's secret is right:
    /// that is how a registration whose answer was lost is finished, even if the token is used up by now.
    ///
    /// `occupied` are the ports of the gateway that some process holds now.
    ///
    /// - Throws: `WatchmanError`: `unauthenticated` for a wrong token, `forbidden` for one that cannot be used any more,
    ///   `conflict` for a name that is taken, `exhausted` when no port is free.
    public func register(
        _ request: RegistrationRequest, gateway gatewayID: String, occupied: Set<Int>, now: Date
    ) async throws -> Registration {
        try await self.write { db in
            let token = try Self.authenticate(request, db)
            if let known = try Device.filter(sql: "publicKey = ?", arguments: [request.publicKey.line]).fetchOne(db) {
                return Registration(info: try Self.info(db, id: known.id), isNew: false)
            }
            try Self.requireUsable(token, now)
            guard let gateway = try Gateway.fetchOne(db, key: gatewayID) else {
                throw WatchmanError(.internal, "gateway \(gatewayID) is not set up")
            }
            let device = try Self.insertDevice(request, db, now)
            try Self.leasePort(db, gateway: gateway, device: device.id, occupied: occupied, now: now)
            for tag in token.tags {
                try db.execute(sql: "INSERT INTO deviceTag (deviceID, tag) VALUES (?, ?)", arguments: [device.id, tag])
            }
            try db.execute(sql: "UPDATE joinToken SET uses = uses + 1 WHERE id = ?", arguments: [token.id])
            try Self.audit(db, now, actor: "token:\(token.id)", "device.register", device.id, device.name)
            return Registration(info: try Self.info(db, id: device.id), isNew: true)
        }
    }

    private static func authenticate(_ request: RegistrationRequest, _ db: Database) throws -> JoinToken {
        // The digests of an unknown id are compared too, so that the answer takes as long as for a wrong secret.
        let token = try JoinToken.fetchOne(db, key: request.tokenID)
        let given = SHA256.hash(data: Data(request.tokenSecret.revealed.utf8))
        guard given == (token?.secretHash ?? Data(count: 32)), let token else {
            throw WatchmanError(
                .unauthenticated, "the join token is not known here", hint: "watchman admin tokens create")
        }
        return token
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

    private static func insertDevice(_ request: RegistrationRequest, _ db: Database, _ now: Date) throws -> Device {
        let facts = request.facts.cleaned
        let device = Device(
            id: RandomText.identifier(10), name: try Self.freeName(request.name, facts.hostname, db),
            publicKey: request.publicKey.line, tokenID: request.tokenID, hostKeys: request.hostKeys, facts: facts,
            vitals: nil, escrowsRootPassword: request.escrowsRootPassword,
            clockSkew: request.clock.timeIntervalSince(now), sequence: 0, tunnelProblem: nil, createdAt: now,
            lastSeen: nil)
        try device.insert(db)
        return device
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
