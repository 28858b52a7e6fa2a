import Foundation
import GRDB
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanStore

/// Host keys that are not those that are pinned.
@Suite struct HostKeyTests {
    private static let now = StoreFixture.now
    private static let pinned = (0..<2).map { _ in SSHPrivateKey.generate().publicKey }
    private static let other = SSHPrivateKey.generate().publicKey

    private static func enrolled(_ fixture: StoreFixture) async throws -> String {
        let request = Sample.registration(
            try await fixture.token(), key: SSHPrivateKey.generate().publicKey, hostKeys: self.pinned)
        return try await fixture.enrolled(request).info.device.id
    }

    private static func report(_ fixture: StoreFixture, _ id: String, _ sequence: Int64, _ keys: [SSHPublicKey]?)
        async throws -> Bool
    {
        let report = CheckInRequest(
            facts: Sample.facts(), vitals: Sample.vitals(), tunnelProblem: nil, hostKeys: keys)
        return try await fixture.store.checkIn(device: id, sequence: sequence, report, now: self.now).isNews
    }

    @Test(arguments: [
        (pinned, false), (pinned.reversed(), false), ([pinned[0]], false), (nil, false), ([], false),
        ([other], true), (pinned + [other], true), (Array(repeating: other, count: 9), false),
    ])
    func `a key that is not pinned closes the device, a pinned one that is missing does not`(
        keys: [SSHPublicKey]?, isChanged: Bool
    ) async throws {
        let fixture = try await StoreFixture()
        let id = try await Self.enrolled(fixture)
        #expect(try await Self.report(fixture, id, 1, keys) == isChanged)
        #expect(try await fixture.store.device(id).device.reportedHostKeys == (isChanged ? keys : nil))
        let states = try await fixture.store.devices(DeviceQuery(state: .hostKeyChanged)).rows.map(\.id)
        #expect(states == (isChanged ? [id] : []))
    }

    @Test func `both ways are recorded once, and the old keys open the device again`() async throws {
        let fixture = try await StoreFixture()
        let id = try await Self.enrolled(fixture)
        let courses: [([SSHPublicKey], Bool)] = [
            ([Self.other], true), ([Self.other], false), (Self.pinned, true), (Self.pinned, false),
        ]
        for (index, (keys, isNews)) in courses.enumerated() {
            #expect(try await Self.report(fixture, id, Int64(index) + 1, keys) == isNews)
        }
        let rows = try await fixture.audit(id).suffix(2)
        #expect(
            rows == [
                "device:\(id) device.host-keys-changed \(Self.other.fingerprint)",
                "device:\(id) device.host-keys-back \(Self.pinned.map(\.fingerprint).joined(separator: " "))",
            ])
        #expect(try await fixture.store.device(id).device.hostKeys == Self.pinned)
    }

    @Test func `the order of states: what is worse comes first and hides the rest`() async throws {
        let fixture = try await StoreFixture()
        var ids: [String: String] = [:]
        for name in ["e-up", "c-down", "b-two", "a-keys", "d-mute"] {
            ids[name] = try await fixture.device(name: name).device.id
        }
        _ = try await fixture.store.record(gateway: "main", up: [1100, 1102, 1103, 1104], down: [], now: Self.now)
        _ = try await fixture.store.record(gateway: "main", answering: [1100, 1101], silent: [1104, 1101])
        _ = try await Self.report(fixture, try #require(ids["a-keys"]), 1, [Self.other])
        let marked = [ids["a-keys"], ids["b-two"]]
        try await fixture.store.write { db in
            for id in marked { try db.execute(sql: "UPDATE device SET isDuplicate = 1 WHERE id = ?", arguments: [id]) }
        }
        var query = DeviceQuery(sort: .state, limit: 1)
        var found: [String] = []
        repeat {
            let page = try await fixture.store.devices(query)
            found += page.rows.map { "\($0.name) \($0.state.rawValue)" }
            query.after = page.next
        } while query.after != nil
        #expect(
            found == [
                "a-keys hostkey-changed", "b-two duplicate", "c-down offline", "d-mute degraded", "e-up online",
            ])
        for state in DeviceState.allCases {
            #expect(try await fixture.store.devices(DeviceQuery(state: state)).rows.map(\.state) == [state])
        }
    }
}
