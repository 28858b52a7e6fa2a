import Testing
import WatchmanCore

@testable import WatchmanStore

@Suite struct NamingTests {
    @Test func `devices with one host name are numbered from 2`() async throws {
        let fixture = try await StoreFixture()
        var names: [String] = []
        for _ in 0..<4 { names.append(try await fixture.device(hostname: "pi.local").device.name) }
        #expect(names == ["pi", "pi-2", "pi-3", "pi-4"])
    }

    @Test func `the first free number is taken`() async throws {
        let fixture = try await StoreFixture()
        for _ in 0..<3 { _ = try await fixture.device(hostname: "pi") }
        _ = try await fixture.store.remove("pi-2", actor: "local", now: StoreFixture.now)
        #expect(try await fixture.device(hostname: "pi").device.name == "pi-2")
        #expect(try await fixture.device(hostname: "pi").device.name == "pi-4")
    }

    @Test func `a name that someone chose is numbered around`() async throws {
        let fixture = try await StoreFixture()
        _ = try await fixture.device(name: "pi")
        _ = try await fixture.device(name: "pi-2")
        _ = try await fixture.device(name: "pi-02")
        #expect(try await fixture.device(hostname: "pi").device.name == "pi-3")
    }

    @Test func `an asked name that is taken changes nothing at all`() async throws {
        let fixture = try await StoreFixture()
        _ = try await fixture.device(name: "tower")
        let token = try await fixture.token()
        let error = await #expect(throws: WatchmanError.self) { try await fixture.register(token, name: "tower") }
        #expect(error == WatchmanError(.conflict, "the name tower is taken"))
        #expect(try await fixture.uses(token) == 0)
        #expect(try await fixture.store.devices().count == 1)
        #expect(try await fixture.count("SELECT COUNT(*) FROM portLease") == 1)
        #expect(try await fixture.count("SELECT COUNT(*) FROM audit WHERE action = 'device.register'") == 1)
    }

    @Test(arguments: ["", "-x", "Tower", "a b", "-\u{301}x", "a\n", "é"])
    func `an asked name that is not allowed changes nothing at all`(name: String) async throws {
        let fixture = try await StoreFixture()
        let token = try await fixture.token()
        let error = await #expect(throws: WatchmanError.self) { try await fixture.register(token, name: name) }
        #expect(error?.code == .invalid)
        #expect(try await fixture.uses(token) == 0)
        #expect(try await fixture.store.devices().isEmpty)
    }
}
