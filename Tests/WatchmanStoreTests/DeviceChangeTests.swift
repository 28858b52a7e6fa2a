import Testing
import WatchmanCore

@testable import WatchmanStore

@Suite struct DeviceChangeTests {
    private static let now = StoreFixture.now

    private static func change(_ fixture: StoreFixture, _ change: DeviceChange) async throws -> DeviceInfo {
        try await fixture.store.change("tower", change, actor: "local", now: self.now)
    }

    @Test func `a device gets another name`() async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device(name: "tower").device.id
        #expect(try await Self.change(fixture, DeviceChange(name: "attic")).device.name == "attic")
        #expect(try await fixture.store.device("attic").device.id == id)
        #expect(try await fixture.audit(id).last == "local device.rename attic")
    }

    @Test func `its own name is no conflict`() async throws {
        let fixture = try await StoreFixture()
        _ = try await fixture.device(name: "tower")
        #expect(try await Self.change(fixture, DeviceChange(name: "tower")).device.name == "tower")
    }

    @Test func `a name that is taken changes nothing, tags included`() async throws {
        let fixture = try await StoreFixture()
        _ = try await fixture.device(name: "tower")
        _ = try await fixture.device(name: "attic")
        let error = await #expect(throws: WatchmanError.self) {
            try await Self.change(fixture, DeviceChange(name: "attic", addTags: ["a"]))
        }
        #expect(error == WatchmanError(.conflict, "the name attic is taken"))
        #expect(try await fixture.store.device("tower").tags.isEmpty)
    }

    @Test func `tags are added once, sorted, and taken away`() async throws {
        let fixture = try await StoreFixture()
        _ = try await fixture.device(name: "tower")
        #expect(try await Self.change(fixture, DeviceChange(addTags: ["b", "a=1", "b"])).tags == ["a=1", "b"])
        #expect(try await Self.change(fixture, DeviceChange(addTags: ["b"])).tags == ["a=1", "b"])
        #expect(
            try await Self.change(fixture, DeviceChange(addTags: ["c"], removeTags: ["b", "x"])).tags == ["a=1", "c"])
        #expect(try await Self.change(fixture, DeviceChange()).tags == ["a=1", "c"])
    }

    @Test(arguments: [
        DeviceChange(name: "-x"), DeviceChange(name: ""), DeviceChange(name: "a\u{301}"),
        DeviceChange(addTags: ["good", "b d"]), DeviceChange(name: "good", addTags: ["\u{1b}[2J"]),
    ])
    func `a name or tag that is not allowed changes nothing`(change: DeviceChange) async throws {
        let fixture = try await StoreFixture()
        let id = try await fixture.device(name: "tower").device.id
        let error = await #expect(throws: WatchmanError.self) { try await Self.change(fixture, change) }
        #expect(error?.code == .invalid)
        #expect(try await fixture.store.device(id: id)?.device.name == "tower")
        #expect(try await fixture.store.device(id: id)?.tags == [])
    }

    @Test func `a device that is not there cannot be changed`() async throws {
        let fixture = try await StoreFixture()
        let error = await #expect(throws: WatchmanError.self) {
            try await Self.change(fixture, DeviceChange(name: "a"))
        }
        #expect(error?.code == .notFound)
    }
}
