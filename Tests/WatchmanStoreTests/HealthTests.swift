import Foundation
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanStore

/// What is known of a tunnel from one end to the other.
@Suite struct HealthTests {
    private static let now = Date(timeIntervalSince1970: 1_790_000_000)

    private static func state(_ fixture: StoreFixture) async throws -> DeviceState? {
        try await fixture.store.devices(DeviceQuery()).rows.first?.state
    }

    @Test func `a tunnel whose sshd is silent is degraded until it answers or goes down`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        let store = fixture.store
        #expect(try await store.record(gateway: "main", answering: [], silent: [1100]) == [], "it has no tunnel")
        _ = try await store.record(gateway: "main", up: [1100], down: [], now: Self.now)
        #expect(try await store.record(gateway: "main", answering: [1100], silent: []) == [], "as it was")
        #expect(try await store.record(gateway: "main", answering: [], silent: [1100]) == [id])
        #expect(try await Self.state(fixture) == .degraded)
        #expect(try await store.record(gateway: "main", answering: [], silent: [1100]) == [])
        #expect(try await store.record(gateway: "other", answering: [1100], silent: []) == [])
        #expect(try await store.record(gateway: "main", answering: [1100], silent: []) == [id])
        #expect(try await Self.state(fixture) == .online)
        _ = try await store.record(gateway: "main", answering: [], silent: [1100])
        _ = try await store.record(gateway: "main", up: [], down: [1100], now: Self.now)
        #expect(try await Self.state(fixture) == .offline)
        _ = try await store.record(gateway: "main", up: [1100], down: [], now: Self.now)
        #expect(try await Self.state(fixture) == .online, "another tunnel, another trial")
    }

    @Test func `the profile is the one that the device reported last, if it ever did`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        let reports: [(reported: String?, profile: NetworkProfile?)] = [
            (nil, nil), ("lte", .lte), ("submarine", nil), ("wifi", .wifi), (nil, nil),
        ]
        for (number, report) in reports.enumerated() {
            var call = CheckInRequest(facts: Sample.facts(), vitals: Sample.vitals(clock: Self.now), tunnelProblem: nil)
            call.profile = report.reported
            _ = try await fixture.store.checkIn(device: id, sequence: Int64(number + 9), call, now: Self.now)
            let profiles = try await fixture.store.profiles(gateway: "main", ports: [1100, 1101])
            #expect(profiles == (report.profile.map { [1100: $0] } ?? [:]))
            #expect(try await fixture.store.profiles(gateway: "other", ports: [1100]) == [:])
        }
    }

    @Test func `ten changes make a restless tunnel`() async throws {
        let fixture = try await StoreFixture()
        _ = try await fixture.device()
        for number in 0..<10 {
            let row = try await fixture.store.devices(DeviceQuery()).rows.first
            #expect(row?.restlessSince == nil)
            let (up, down): (Set<Int>, Set<Int>) = number.isMultiple(of: 2) ? ([1100], []) : ([], [1100])
            let at = Self.now + TimeInterval(number)
            _ = try await fixture.store.record(gateway: "main", up: up, down: down, now: at)
        }
        #expect(try await fixture.store.devices(DeviceQuery()).rows.first?.restlessSince == Self.now)
    }
}
