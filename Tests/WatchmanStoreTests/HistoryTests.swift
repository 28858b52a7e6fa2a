import Foundation
import GRDB
import Testing
import WatchmanCore

@testable import WatchmanStore

@Suite struct HistoryTests {
    private static let now = StoreFixture.now

    @Test func `a tunnel's changes are kept for its device, newest first`() async throws {
        let fixture = try await StoreFixture()
        let (one, other) = (try await fixture.device().device.id, try await fixture.device().device.id)
        let first = try await fixture.store.record(gateway: "main", up: [1101, 1100, 1150], down: [], now: Self.now)
        #expect(first.map(\.device) == [one, other] && first.allSatisfy(\.isUp))
        let second = try await fixture.store.record(gateway: "main", up: [], down: [1100], now: Self.now + 1)
        #expect(second.map(\.device) == [one] && second.map(\.isUp) == [false])
        #expect(
            try await fixture.store.tunnelEvents(device: one, limit: 20) == [
                TunnelEvent(at: Self.now + 1, isUp: false), TunnelEvent(at: Self.now, isUp: true),
            ])
        #expect(try await fixture.store.tunnelEvents(device: one, limit: 1).map(\.isUp) == [false])
        #expect(try await fixture.store.tunnelEvents(device: other, limit: 20).count == 1)
    }

    @Test func `ports of nobody, of the past or of another gateway make no event`() async throws {
        let fixture = try await StoreFixture()
        _ = try await fixture.device(name: "tower")
        _ = try await fixture.store.remove("tower", actor: "local", now: Self.now)
        _ = try await fixture.device(name: "attic")
        #expect(try await fixture.store.record(gateway: "main", up: [1100, 1177], down: [], now: Self.now).isEmpty)
        #expect(try await fixture.store.record(gateway: "other", up: [1101], down: [], now: Self.now).isEmpty)
    }

    @Test func `what was so before is no news`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        for (up, down, isNews) in [
            (Set([1100]), Set<Int>(), true), ([1100], [], false), ([], [1100], true), ([], [1100], false),
            ([1100], [], true),
        ] {
            let changes = try await fixture.store.record(gateway: "main", up: up, down: down, now: Self.now)
            #expect(changes.isEmpty == !isNews)
        }
        #expect(try await fixture.store.tunnelEvents(device: id, limit: 20).map(\.isUp) == [true, false, true])
    }

    @Test func `certificates are numbered from 1 and recorded`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        for serial in UInt64(1)...3 {
            let issued = try await fixture.store.issueCertificate(
                device: id, keyID: "\(id) key:abc", fingerprint: "SHA256:x", actor: "key:abc", now: Self.now,
                expiresAt: Self.now + 300)
            #expect(issued == serial)
        }
        #expect(try await fixture.audit(id).last == "key:abc device.connect serial=3")
        #expect(try await fixture.count("SELECT COUNT(*) FROM certificate WHERE deviceID = '\(id)'") == 3)
    }

    @Test(arguments: [
        "UPDATE audit SET actor = 'nobody'", "DELETE FROM audit", "UPDATE OR IGNORE audit SET detail = ''",
        "DELETE FROM audit WHERE id = 1",
    ])
    func `audit rows are neither changed nor deleted`(sql: String) async throws {
        let fixture = try await StoreFixture()
        _ = try await fixture.device()
        let before = try await fixture.count("SELECT COUNT(*) FROM audit")
        let error = await #expect(throws: DatabaseError.self) {
            try await fixture.store.write { db in try db.execute(sql: sql) }
        }
        #expect(error?.message?.hasPrefix("audit rows are never ") == true)
        #expect(before > 0)
        #expect(
            try await fixture.count("SELECT COUNT(*) FROM audit WHERE actor <> 'nobody' AND detail <> ''") == before)
    }
}
