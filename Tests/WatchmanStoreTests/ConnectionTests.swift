import Foundation
import GRDB
import Testing
import WatchmanCore

@testable import WatchmanStore

@Suite struct ConnectionTests {
    private static let now = StoreFixture.now

    /// A certificate for a device, and the login that the gateway's log tells of it.
    private static func login(
        _ fixture: StoreFixture, _ device: String, _ actor: Principal, port: Int = 5, lifetime: TimeInterval = 300
    ) async throws -> GatewayLogin {
        let keyID = "\(device) \(actor)"
        let serial = try await fixture.store.issueCertificate(
            device: device, keyID: keyID, fingerprint: "x", actor: actor, now: Self.now, expiresAt: Self.now + lifetime)
        return GatewayLogin(
            user: "wm-jump", address: "192.0.2.7", port: port,
            fingerprint: "x", certificate: .init(keyID: keyID, serial: Int64(serial)))
    }

    private static func record(_ fixture: StoreFixture, _ logins: GatewayLogin...) async throws {
        try await fixture.store.record(logins, gateway: "main", logPlace: "1:2", now: Self.now)
    }

    @Test func `a login becomes a connection, and both ends are in the audit trail`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device(name: "tower").device.id
        try await Self.record(fixture, try await Self.login(fixture, id, "user:alice"))
        let row = try #require(try await fixture.store.connections().first)
        #expect((row.deviceName, row.actor, row.source) == ("tower", "user:alice", "192.0.2.7"))
        #expect(try await fixture.store.setting(Store.logPlace(gateway: "main")) == "1:2")
        let open = try await fixture.store.openConnections()
        for _ in 0..<2 { try await fixture.store.close(open, now: Self.now + 90) }
        #expect(try await fixture.store.connections() == [])
        #expect(
            try await fixture.audit(id).suffix(3) == [
                "user:alice device.connect serial=1", "user:alice connection.open connection=1 serial=1",
                "user:alice connection.close connection=1 seconds=90",
            ])
        #expect(try await fixture.count("SELECT count(*) FROM audit WHERE source = '192.0.2.7'") == 2)
    }

    @Test func `a device's own login is none`() async throws {
        let fixture = try await StoreFixture()
        try await Self.record(
            fixture, GatewayLogin(user: "wm-edge", address: "192.0.2.7", port: 5, fingerprint: "x", certificate: nil))
        #expect(try await fixture.store.connections() == [])
    }

    @Test func `another login from the same port tells that the first has ended`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        let (one, two) = (
            try await Self.login(fixture, id, "user:alice"), try await Self.login(fixture, id, "user:bob")
        )
        try await Self.record(fixture, one, two)
        #expect(try await fixture.store.connections().map(\.actor) == ["user:bob"])
    }

    @Test func `a certificate that the database does not know is believed, since our CA signed it`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        for keyID in ["\(id) key:abc", "\(id)", ""] {
            let login = GatewayLogin(
                user: "wm-jump", address: "::1", port: keyID.utf8.count + 1,
                fingerprint: "x", certificate: .init(keyID: keyID, serial: 99))
            try await Self.record(fixture, login)
        }
        #expect(try await fixture.store.connections().map(\.actor) == ["key:abc", "", ""])
    }

    @Test func `ending one needs its number`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        try await Self.record(fixture, try await Self.login(fixture, id, "user:alice"))
        let (_, summary) = try await fixture.store.endConnection(1, actor: "user:root", now: Self.now)
        #expect(summary.actor == "user:alice")
        #expect(try await fixture.audit(id).last == "user:root connection.end connection=1 of user:alice")
        for other in [0, 2, -1, Int64.max] {
            let error = await #expect(throws: WatchmanError.self) {
                try await fixture.store.endConnection(other, actor: "user:root", now: Self.now)
            }
            #expect(error?.code == .notFound)
        }
    }

    /// What ends a right, and whose connections must end then: alice's and bob's, who entered the same device with a certificate
    /// that is still good, and carol's, whose certificate has ended since.
    enum Change: CaseIterable, Sendable {
        case remove, reset, role, device, nothing, signOut

        func make(_ fixture: StoreFixture, _ device: String) async throws {
            let (store, now) = (fixture.store, StoreFixture.now + 60)
            switch self {
            case .remove: _ = try await store.removeUser("alice", actor: "local", now: now)
            case .reset: _ = try await store.resetUser("alice", linkHash: Data([1]), actor: "local", now: now)
            case .role: _ = try await store.changeUser("alice", UserChange(role: .viewer), actor: "local", now: now)
            case .device: _ = try await store.remove(device, actor: "local", now: now)
            case .nothing: _ = try await store.changeUser("alice", UserChange(role: .admin), actor: "local", now: now)
            case .signOut: _ = try await store.endSessions(of: "alice", actor: "local", now: now)
            }
        }

        var ends: [String] {
            switch self {
            case .remove, .reset, .role: ["user:alice", "user:alice"]
            case .device: ["user:alice", "user:alice", "user:bob"]
            case .nothing, .signOut: []
            }
        }
    }

    @Test(arguments: Change.allCases) func `whose right has ended is found, and nobody else`(change: Change)
        async throws
    {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        for (name, hash) in [("alice", 1), ("bob", 2)] {
            _ = try await fixture.store.addUser(
                name, rights: Rights(role: .admin), linkHash: Data([UInt8(hash) + 10]), actor: "local", now: Self.now)
        }
        try await Self.record(
            fixture, try await Self.login(fixture, id, "user:alice"),
            try await Self.login(fixture, id, "user:alice", port: 6, lifetime: 1),
            try await Self.login(fixture, id, "user:bob", port: 7))
        #expect(try await fixture.store.connectionsToEnd() == [])
        try await change.make(fixture, id)
        #expect(try await fixture.store.connectionsToEnd().map(\.actor) == change.ends)
        // The certificate that has ended by itself opens nothing any more, so no gateway need know of it.
        let revoked = try await fixture.store.revokedCertificates(now: Self.now + 60)
        #expect(revoked.count == (change.ends.count == 2 ? 1 : 0))
    }

    @Test func `a revoked key's connections end, and its certificates open nothing`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        let (key, other) = (try await fixture.key(), try await fixture.key())
        try await Self.record(
            fixture, try await Self.login(fixture, id, "key:\(key.id)"),
            try await Self.login(fixture, id, "key:\(other.id)", port: 6))
        _ = try await fixture.store.revokeAPIKey(key.id, actor: "local", now: Self.now + 1)
        #expect(try await fixture.store.connectionsToEnd().map(\.actor) == ["key:\(key.id)"])
        #expect(try await fixture.store.revokedCertificates(now: Self.now + 2) == [1: Self.now + 300])
        #expect(try await fixture.store.revokedCertificates(now: Self.now + 301) == [:])
    }

    @Test func `a key that expires takes its certificates along`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        let key = try await fixture.key()
        try await fixture.store.write { db in
            try db.execute(sql: "UPDATE apiKey SET expiresAt = ?", arguments: [Self.now + 60])
        }
        try await Self.record(fixture, try await Self.login(fixture, id, "key:\(key.id)"))
        for (seconds, count) in [(59.0, 0), (60, 1)] {
            try await fixture.store.revokeCertificatesOfExpiredKeys(now: Self.now + seconds)
            #expect(try await fixture.store.connectionsToEnd().count == count)
            #expect(try await fixture.store.revokedCertificates(now: Self.now + seconds).count == count)
        }
    }
}
