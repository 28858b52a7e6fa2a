import Foundation
import GRDB
import TestSupport
import WatchmanCore

@testable import WatchmanStore

/// A store with one gateway, and short words for what tests do with it.
struct StoreFixture: Sendable {
    static let now = Sample.now
    /// Where devices call from.
    static let source = "192.0.2.1"
    static let pin = String(repeating: "p", count: 43)
    let store: Store

    init(ports: ClosedRange<Int> = 1100...1399, store: Store? = nil) async throws {
        self.store = try store ?? Store.inMemory()
        try await self.store.configure(
            Gateway(id: "main", host: nil, port: 2222, firstPort: ports.lowerBound, lastPort: ports.upperBound))
    }

    func token(
        uses: Int = 100, lifetime: Int = 3600, tags: [String] = [], approval: Approval = .auto, from: [String] = []
    ) async throws -> Credential {
        let token = Credential(new: .join, pin: Self.pin)
        let request = JoinTokenRequest(
            lifetime: lifetime, uses: uses, tags: tags, approval: approval, sources: try from.map(CIDR.init))
        _ = try await self.store.create(token, request, actor: "local", now: Self.now)
        return token
    }

    func key(_ name: String = "laptop") async throws -> Credential {
        let key = Credential(new: .apiKey, pin: Self.pin)
        _ = try await self.store.create(
            key, APIKeyRequest(name: name, role: .admin), actor: "local", now: Self.now)
        return key
    }

    /// A device that was enrolled.
    struct Enrolled: Sendable {
        let info: DeviceInfo
        let isNew: Bool
    }

    @discardableResult
    func register(
        _ token: Credential, key: SSHPublicKey = SSHPrivateKey.generate().publicKey, name: String? = nil,
        hostname: String = "edge", facts: DeviceFacts? = nil, occupied: Set<Int> = [], now: Date = Self.now
    ) async throws -> Enrolled {
        let request = Sample.registration(token, key: key, name: name, hostname: hostname, facts: facts)
        return try await self.enrolled(request, occupied: occupied, now: now)
    }

    func enrolled(
        _ request: RegistrationRequest, gateway: String = "main", occupied: Set<Int> = [], now: Date = Self.now
    ) async throws -> Enrolled {
        let result = try await self.store.register(
            request, source: Self.source, gateway: gateway, occupied: occupied, now: now)
        guard case .enrolled(let info, let isNew) = result else {
            throw WatchmanError(.internal, "the device waits for approval")
        }
        return Enrolled(info: info, isNew: isNew)
    }

    /// A device that waits.
    func applicant(
        _ token: Credential? = nil, key: SSHPublicKey = SSHPrivateKey.generate().publicKey, name: String? = nil,
        facts: DeviceFacts? = nil, now: Date = Self.now
    ) async throws -> Applicant {
        let token = if let token { token } else { try await self.token(approval: .manual) }
        let result = try await self.store.register(
            Sample.registration(token, key: key, name: name, facts: facts), source: Self.source, gateway: "main",
            occupied: [], now: now)
        guard case .waiting(let applicant, _) = result else { throw WatchmanError(.internal, "it does not wait") }
        return applicant
    }

    /// A device enrolled with a token of its own.
    func device(name: String? = nil, hostname: String = "edge") async throws -> DeviceInfo {
        try await self.register(try await self.token(), name: name, hostname: hostname).info
    }

    /// Checks a device in.
    func checkIn(
        _ id: String, _ sequence: Int64, hostname: String = "edge", vitals: DeviceVitals = Sample.vitals(),
        problem: String? = nil, now: Date = Self.now
    ) async throws -> Store.CheckedIn {
        let report = CheckInRequest(facts: Sample.facts(hostname: hostname), vitals: vitals, tunnelProblem: problem)
        return try await self.store.checkIn(device: id, sequence: sequence, report, now: now)
    }

    func uses(_ token: Credential) async throws -> Int? {
        try await self.store.joinTokens().first { $0.id == token.id }?.uses
    }

    /// The first number that a query gives.
    func count(_ sql: String) async throws -> Int {
        try await self.store.read { db in try Int.fetchOne(db, sql: sql) ?? -1 }
    }

    /// The audit rows about `subject`, as `actor action detail`.
    func audit(_ subject: String) async throws -> [String] {
        try await self.store.read { db in
            let sql = "SELECT actor || ' ' || action || ' ' || detail FROM audit WHERE subject = ? ORDER BY id"
            return try String.fetchAll(db, sql: sql, arguments: [subject])
        }
    }
}

extension Store {
    /// All devices, by name.
    func devices() async throws -> [DeviceInfo] {
        try await self.read { db in try DeviceInfo.fetchAll(db, sql: "\(DeviceInfo.query) ORDER BY device.name") }
    }
}
