import Foundation
import GRDB
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanStore

@Suite struct ReplacementTests {
    private static let now = StoreFixture.now

    @discardableResult
    private static func replace(
        _ fixture: StoreFixture, _ old: String, _ new: String, now: Date = now + 3600
    ) async throws -> Store.Replacement {
        try await fixture.store.replace(old, with: new, actor: "user:alice", now: now) { row, device, version in
            Data("\(device)|\(version)|".utf8) + row.sealed
        }
    }

    /// Confirms a first password of a device, and leaves a second one pending.
    private static func passwords(_ fixture: StoreFixture, _ id: String) async throws {
        for version in 1...2 {
            let row = try await fixture.store.pendingPassword(device: id, now: Self.now) { Data("p\($0)".utf8) }
            #expect(row.version == version)
            guard version == 1 else { continue }
            try await fixture.store.confirmPassword(device: id, version: 1, policy: PasswordPolicy(), now: Self.now)
            _ = try await fixture.store.rotatePassword(id, actor: "local", now: Self.now)
        }
    }

    private static func rows(_ fixture: StoreFixture, _ id: String) async throws -> [String] {
        try await fixture.store.read { db in
            try RootPassword.fetchAll(
                db, sql: "SELECT * FROM rootPassword WHERE deviceID = ? ORDER BY version", arguments: [id]
            ).map { "\($0.version) \($0.state.rawValue) \(String(decoding: $0.sealed, as: UTF8.self))" }
        }
    }

    @Test func `a new machine takes the place of a device that is gone`() async throws {
        let fixture = try await StoreFixture()
        let old = try await fixture.register(try await fixture.token(tags: ["site=berlin"]), name: "edge-1").info
        _ = try await fixture.checkIn(old.device.id, 7)
        let new = try await fixture.register(try await fixture.token(), name: "edge-1-2", hostname: "fresh").info
        _ = try await fixture.checkIn(new.device.id, 3, hostname: "fresh")
        let result = try await Self.replace(fixture, "edge-1", "edge-1-2")
        let device = result.info.device
        #expect(device.id == old.device.id && device.name == "edge-1" && result.info.port == old.port)
        #expect(result.info.tags == ["site=berlin"] && device.createdAt == old.device.createdAt)
        #expect(device.publicKey == new.device.publicKey && device.hostKeys == new.device.hostKeys)
        #expect(device.facts.hostname == "fresh" && device.sequence == 3)
        #expect(result.former?.device.id == new.device.id)
        #expect(try await fixture.store.devices().count == 1)
        #expect(try await fixture.count("SELECT COUNT(*) FROM portLease WHERE releasedAt IS NOT NULL") == 1)
        #expect(
            try await fixture.audit(old.device.id).last == "user:alice device.replace edge-1 with=\(new.device.id)")
    }

    @Test func `calls under the newcomer's id are the device's, and the old key's are nobody's`() async throws {
        let fixture = try await StoreFixture()
        let (old, new) = (try await fixture.device(name: "one"), try await fixture.device(name: "two"))
        // Both are remembered before they change.
        for id in [old.device.id, new.device.id] { _ = try await fixture.store.signer(of: id) }
        try await Self.replace(fixture, old.device.id, new.device.id)
        for id in [old.device.id, new.device.id] {
            for _ in 0..<2 {
                let signer = try #require(try await fixture.store.signer(of: id))
                #expect(signer.device == old.device.id && signer.key.line == new.device.publicKey)
            }
            #expect(try await fixture.store.device(id).device.id == old.device.id)
        }
        // A second newcomer: the first one's id goes on with the device.
        let third = try await fixture.device(name: "three")
        try await Self.replace(fixture, third.device.id, old.device.id)
        for id in [old.device.id, new.device.id, third.device.id] {
            let signer = try #require(try await fixture.store.signer(of: id))
            #expect(signer.device == third.device.id && signer.key.line == new.device.publicKey)
        }
        _ = try await fixture.store.remove(third.device.id, actor: "local", now: Self.now)
        for id in [old.device.id, new.device.id, third.device.id] {
            let signer = try await fixture.store.signer(of: id)
            #expect(signer == nil)
        }
    }

    @Test func `an applicant can take a device's place, and doing it twice is no error`() async throws {
        let fixture = try await StoreFixture()
        let old = try await fixture.device(name: "edge-1")
        _ = try await fixture.checkIn(old.device.id, 7)
        let token = try await fixture.token(approval: .manual)
        let key = SSHPrivateKey.generate().publicKey
        let applicant = try await fixture.applicant(token, key: key)
        for _ in 0..<2 {
            let result = try await Self.replace(fixture, "edge-1", applicant.id)
            #expect(result.info.device.publicKey == key.line && result.former == nil)
            #expect(result.info.device.sequence == 0 && result.info.device.vitals == nil)
        }
        #expect(try await fixture.store.applicants().isEmpty)
        let asked = try await fixture.register(token, key: key)
        #expect(!asked.isNew && asked.info.device.id == old.device.id)
        let approved = try await fixture.store.approve(
            applicant.id, name: nil, gateway: "main", occupied: [], actor: "local", now: Self.now)
        #expect(approved.device.id == old.device.id)
    }

    @Test func `the old machine's passwords are past, and the new one's are kept, sealed anew`() async throws {
        let fixture = try await StoreFixture()
        let (old, new) = (try await fixture.device(name: "one"), try await fixture.device(name: "two"))
        for id in [old.device.id, new.device.id] { try await Self.passwords(fixture, id) }
        try await Self.replace(fixture, "one", "two")
        let id = old.device.id
        #expect(
            try await Self.rows(fixture, id) == [
                "1 past p1", "2 past p2", "3 current \(id)|3|p1", "4 pending \(id)|4|p2",
            ])
        #expect(try await Self.rows(fixture, new.device.id) == [])
    }

    @Test func `a machine whose password is not known gets a new one`() async throws {
        let fixture = try await StoreFixture()
        let old = try await fixture.device(name: "one")
        try await Self.passwords(fixture, old.device.id)
        try await Self.replace(fixture, "one", try await fixture.applicant().id)
        #expect(try await fixture.checkIn(old.device.id, 1).passwordIsPending)
        let row = try await fixture.store.pendingPassword(device: old.device.id, now: Self.now) { Data("p\($0)".utf8) }
        #expect(row.version == 3)
    }

    @Test func `a device that is online, and one by itself, cannot be replaced`() async throws {
        let fixture = try await StoreFixture()
        let (old, new) = (try await fixture.device(name: "one"), try await fixture.device(name: "two"))
        _ = try await fixture.store.record(gateway: "main", up: [old.port], down: [], now: Self.now)
        let online = await #expect(throws: WatchmanError.self) { try await Self.replace(fixture, "one", "two") }
        #expect(online?.message == "one is online: only a device that is gone can be replaced")
        _ = try await fixture.store.record(gateway: "main", up: [], down: [old.port], now: Self.now)
        _ = try await fixture.checkIn(old.device.id, 1)
        let alive = await #expect(throws: WatchmanError.self) {
            try await Self.replace(fixture, "one", "two", now: Self.now + 89)
        }
        #expect(alive?.message == "one checked in 1 min ago: only a device that is gone can be replaced")
        for name in ["two", new.device.id] {
            let own = await #expect(throws: WatchmanError.self) { try await Self.replace(fixture, "two", name) }
            #expect(own == WatchmanError(.conflict, "two cannot take its own place"))
        }
        let rejected = try await fixture.applicant()
        _ = try await fixture.store.reject(rejected.id, actor: "local", now: Self.now)
        let no = await #expect(throws: WatchmanError.self) { try await Self.replace(fixture, "two", rejected.id) }
        #expect(no?.code == .conflict)
        #expect(try await fixture.store.devices().map(\.device.name) == ["one", "two"])
    }

    @Test func `of two newcomers at once one takes the place and the other stays what it is`() async throws {
        let fixture = try await StoreFixture()
        _ = try await fixture.device(name: "old")
        for name in ["a", "b"] { _ = try await fixture.device(name: name) }
        await withTaskGroup { group in
            for name in ["a", "b"] { group.addTask { _ = try? await Self.replace(fixture, "old", name) } }
        }
        let devices = try await fixture.store.devices()
        #expect(devices.count == 2 && devices.contains { $0.device.name == "old" })
        #expect(try await fixture.count("SELECT COUNT(*) FROM audit WHERE action = 'device.replace'") == 1)
        #expect(try await fixture.count("SELECT COUNT(*) FROM portLease WHERE deviceID IS NOT NULL") == 2)
    }
}
