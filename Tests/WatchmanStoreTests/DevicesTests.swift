import Foundation
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanStore

@Suite struct DevicesTests {
    private static let now = StoreFixture.now

    @Test func `devices are listed by name with their ports and tags`() async throws {
        let fixture = try await StoreFixture()
        let token = try await fixture.token(tags: ["z", "a"])
        for name in ["tower", "attic", "cellar"] { try await fixture.register(token, name: name) }
        let devices = try await fixture.store.devices()
        #expect(devices.map(\.device.name) == ["attic", "cellar", "tower"])
        #expect(devices.map(\.port) == [1101, 1102, 1100])
        #expect(devices.allSatisfy { $0.tags == ["a", "z"] })
    }

    @Test func `a device is found by id, by name and by the beginning of either`() async throws {
        let fixture = try await StoreFixture()
        let device = try await fixture.device(name: "tower-berlin")
        _ = try await fixture.device(name: "attic")
        let id = device.device.id
        for reference in [id, "tower-berlin", "tower", "tower-b", String(id.prefix(9))] {
            #expect(try await fixture.store.device(reference).device.id == id)
        }
        #expect(try await fixture.store.device(id: id)?.device.name == "tower-berlin")
        #expect(try await fixture.store.device(id: "tower-berlin") == nil)
    }

    @Test func `an exact name wins over longer ones, and an exact id over a name`() async throws {
        let fixture = try await StoreFixture()
        let short = try await fixture.device(name: "pi")
        _ = try await fixture.device(name: "pi-2")
        #expect(try await fixture.store.device("pi").device.id == short.device.id)
        let impostor = try await fixture.device(name: short.device.id)
        #expect(try await fixture.store.device(short.device.id).device.id == short.device.id)
        #expect(try await fixture.store.device(impostor.device.id).device.id == impostor.device.id)
    }

    @Test func `a reference to several lists the candidates`() async throws {
        let fixture = try await StoreFixture()
        for number in 1...3 { _ = try await fixture.device(name: "zz9-\(number)") }
        let few = await #expect(throws: WatchmanError.self) { try await fixture.store.device("zz9") }
        #expect(
            few
                == WatchmanError(
                    .conflict, "'zz9' could be zz9-1, zz9-2, zz9-3", hint: "watchman devices --search zz9"))
        for number in 4...8 { _ = try await fixture.device(name: "zz9-\(number)") }
        let many = await #expect(throws: WatchmanError.self) { try await fixture.store.device("zz9-") }
        #expect(many?.code == .notFound, "a reference never ends in a hyphen")
        let cut = await #expect(throws: WatchmanError.self) { try await fixture.store.device("zz9") }
        #expect(cut?.message == "'zz9' could be zz9-1, zz9-2, zz9-3, zz9-4, zz9-5, ...")
    }

    @Test(arguments: [
        "nobody", "", "-", "-x", "*", "[a-z]*", "?ower", "TOWER", "tower'--", "tower\u{301}", "%", "a b", "../tower",
    ])
    func `what names no device is not found, and nothing in it is obeyed`(reference: String) async throws {
        let fixture = try await StoreFixture()
        _ = try await fixture.device(name: "tower")
        let error = await #expect(throws: WatchmanError.self) { try await fixture.store.device(reference) }
        #expect(error == WatchmanError(.notFound, "no device '\(reference)'", hint: "watchman devices"))
    }

    @Test func `an escape sequence in a reference does not come back`() async throws {
        let fixture = try await StoreFixture()
        let error = await #expect(throws: WatchmanError.self) { try await fixture.store.device("\u{1b}[2Jx") }
        #expect(error?.message == "no device '[2Jx'")
    }

    @Test func `a removed device is gone with all that belonged to it`() async throws {
        let fixture = try await StoreFixture()
        let device = try await fixture.device(name: "tower").device
        _ = try await fixture.store.change("tower", DeviceChange(addTags: ["a"]), actor: "local", now: Self.now)
        _ = try await fixture.store.pendingPassword(device: device.id, now: Self.now) { _ in Data([1]) }
        _ = try await fixture.store.record(gateway: "main", up: [1100], down: [], now: Self.now)
        let removed = try await fixture.store.remove("tower", actor: "key:abc", now: Self.now)
        #expect(removed.device.id == device.id && removed.port == 1100)
        #expect(try await fixture.store.devices().isEmpty)
        for table in ["deviceTag", "rootPassword", "tunnelEvent"] {
            #expect(try await fixture.count("SELECT COUNT(*) FROM \(table)") == 0)
        }
        #expect(try await fixture.audit(device.id).last == "key:abc device.remove tower")
        let again = await #expect(throws: WatchmanError.self) {
            try await fixture.store.remove("tower", actor: "local", now: Self.now)
        }
        #expect(again?.code == .notFound)
    }

    @Test func `a check-in is stored cleaned, with the clock's difference`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device().device.id
        var vitals = Sample.vitals(clock: Self.now - 3600)
        vitals.load = .infinity
        _ = try await fixture.checkIn(id, 1, hostname: "new\u{1b}", vitals: vitals, problem: "ssh: \u{9b}2Jrefused")
        let device = try #require(try await fixture.store.device(id: id)).device
        #expect(device.facts.hostname == "new" && device.vitals?.load == 0 && device.vitals?.uptime == 93784)
        #expect(device.clockSkew == -3600 && device.lastSeen == Self.now)
        #expect(device.tunnelProblem == "ssh: 2Jrefused")
        #expect(device.name == "edge", "a new host name does not rename the device")
    }
}
