import Foundation
import GRDB
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanStore

/// Outside their scope nothing is there for people, whatever they ask.
@Suite struct ScopeTests {
    static let now = StoreFixture.now

    /// Berlin's device and one of Paris, each with a token.
    private struct Fleet {
        let fixture: StoreFixture
        let store: Store
        let inside: DeviceInfo
        let outside: DeviceInfo
        let tokens: [Credential]
        let scope: DeviceSelector
        let bob: Principal

        init() async throws {
            self.fixture = try await StoreFixture()
            self.store = self.fixture.store
            let berlin = try await self.fixture.token(tags: ["site=berlin", "arm"])
            let paris = try await self.fixture.token(tags: ["site=paris"])
            self.inside = try await self.fixture.register(berlin, name: "edge-1").info
            self.outside = try await self.fixture.register(paris, name: "edge-2").info
            self.tokens = [berlin, paris]
            self.scope = try DeviceSelector("site=berlin")
            self.bob = Principal(name: "user:bob", source: "192.0.2.1", scope: self.scope)
        }
    }

    private static func refused(_ code: WatchmanError.Code, _ body: () async throws -> Void) async {
        let error = await #expect(throws: WatchmanError.self) { try await body() }
        #expect(error?.code == code)
    }

    @Test func `a device outside is not there, by id, name or beginning`() async throws {
        let fleet = try await Fleet()
        let id = fleet.outside.device.id
        for reference in [id, "edge-2", String(id.prefix(9))] {
            let error = await #expect(throws: WatchmanError.self) {
                try await fleet.store.device(reference, in: fleet.scope)
            }
            #expect(error == WatchmanError(.notFound, "no device '\(reference)'", hint: "watchman devices"))
        }
        #expect(try await fleet.store.device("edge-1", in: fleet.scope).device.id == fleet.inside.device.id)
        #expect(try await fleet.store.device("edge", in: fleet.scope).device.name == "edge-1", "the other is no choice")
        #expect(try await fleet.store.isDevice(fleet.inside.device.id, in: fleet.scope))
        #expect(try await !fleet.store.isDevice(id, in: fleet.scope))
        #expect(try await fleet.store.isDevice(id, in: nil))
    }

    @Test func `nothing is done to a device outside`() async throws {
        let fleet = try await Fleet()
        let before = try await fleet.fixture.count("SELECT COUNT(*) FROM audit")
        await Self.refused(.notFound) {
            _ = try await fleet.store.change("edge-2", DeviceChange(name: "x"), actor: fleet.bob, now: Self.now)
        }
        await Self.refused(.notFound) {
            _ = try await fleet.store.change(
                "edge-2", DeviceChange(addTags: ["site=berlin"]), actor: fleet.bob, now: Self.now)
        }
        await Self.refused(.notFound) { _ = try await fleet.store.remove("edge-2", actor: fleet.bob, now: Self.now) }
        await Self.refused(.notFound) {
            _ = try await fleet.store.revealPasswords(
                "edge-2", RevealRequest(reason: "test"), policy: PasswordPolicy(), actor: fleet.bob, now: Self.now)
        }
        await Self.refused(.notFound) {
            _ = try await fleet.store.rotatePassword("edge-2", actor: fleet.bob, now: Self.now)
        }
        #expect(try await fleet.fixture.count("SELECT COUNT(*) FROM audit") == before)
    }

    @Test(arguments: [
        DeviceQuery(), DeviceQuery(search: "edge"), DeviceQuery(search: "paris"), DeviceQuery(tag: "site=paris"),
        DeviceQuery(state: .offline), DeviceQuery(sort: .lastSeen), DeviceQuery(sort: .port, isReversed: true),
        DeviceQuery(sort: .id), DeviceQuery(sort: .state, limit: 1),
    ])
    func `no list, search or page shows what is outside`(query: DeviceQuery) async throws {
        let fleet = try await Fleet()
        let all = try await fleet.store.devices(query, in: nil).rows.map(\.name)
        let page = try await fleet.store.devices(query, in: fleet.scope)
        #expect(page.rows.map(\.name) == (query.search == "paris" || query.tag != nil ? [] : ["edge-1"]))
        #expect(all.contains("edge-2") || query.limit == 1)
        #expect(page.next == nil)
    }

    @Test func `counts, tags, concerns and events are of the scope`() async throws {
        let fleet = try await Fleet()
        let (store, scope) = (fleet.store, fleet.scope)
        for info in [fleet.inside, fleet.outside] {
            var vitals = Sample.vitals(clock: Self.now - 7200)
            vitals.diskFree = 1
            _ = try await fleet.fixture.checkIn(info.device.id, 1, vitals: vitals)
        }
        let ports = [fleet.inside.port, fleet.outside.port]
        _ = try await store.record(gateway: "main", up: Set(ports), down: [], now: Self.now)
        #expect(try await store.fleetStates(in: scope) == Store.FleetStates(online: 1, offline: 0, never: 0))
        #expect(try await store.fleetEvents(limit: 9, in: scope).map(\.name) == ["edge-1"])
        _ = try await store.record(gateway: "main", up: [], down: Set(ports), now: Self.now)
        #expect(try await store.fleetStates(in: scope) == Store.FleetStates(online: 0, offline: 1, never: 0))
        #expect(try await store.fleetStates(in: nil) == Store.FleetStates(online: 0, offline: 2, never: 0))
        #expect(try await store.fleetEvents(limit: 9, in: scope).map(\.name) == ["edge-1", "edge-1"])
        #expect(try await store.tags(limit: 9, in: scope) == ["arm", "site=berlin"])
        #expect(try await store.tags(limit: 9, in: nil) == ["arm", "site=berlin", "site=paris"])
        let found = try await store.concerns(limit: 9, in: scope)
        for devices in [found.offline, found.disks, found.clocks] { #expect(devices.map(\.name) == ["edge-1"]) }
        #expect(found.counts == (0, 1, 1))
        let all = try await store.concerns(limit: 9, in: nil)
        #expect(all.offline.count == 2 && all.counts == (0, 2, 2))
        #expect(try await store.fleetSamples(after: 0, in: scope).isEmpty)
    }

    @Test(arguments: [
        DeviceChange(removeTags: ["site=berlin"]), DeviceChange(name: "new", removeTags: ["arm", "site=berlin"]),
        DeviceChange(addTags: ["site=paris"], removeTags: ["site=berlin"]),
    ])
    func `nobody moves a device out of their scope`(change: DeviceChange) async throws {
        let fleet = try await Fleet()
        let before = try await fleet.fixture.count("SELECT COUNT(*) FROM audit")
        await Self.refused(.forbidden) {
            _ = try await fleet.store.change("edge-1", change, actor: fleet.bob, now: Self.now)
        }
        let info = try await fleet.store.device("edge-1", in: nil)
        #expect(info.tags == ["arm", "site=berlin"], "all of it is undone")
        #expect(try await fleet.fixture.count("SELECT COUNT(*) FROM audit") == before)
        _ = try await fleet.store.change("edge-1", DeviceChange(removeTags: ["arm"]), actor: fleet.bob, now: Self.now)
    }

    @Test func `a scope by name holds against renaming`() async throws {
        let fleet = try await Fleet()
        let bob = Principal(name: "user:bob", scope: try DeviceSelector("name=edge-1*"))
        await Self.refused(.forbidden) {
            _ = try await fleet.store.change("edge-1", DeviceChange(name: "other"), actor: bob, now: Self.now)
        }
        _ = try await fleet.store.change("edge-1", DeviceChange(name: "edge-17"), actor: bob, now: Self.now)
    }

    @Test(arguments: [
        (["site=berlin"], "site=berlin", true), (["site=berlin", "x"], "site=*", true), ([], "site=berlin", false),
        (["site=paris"], "site=berlin", false), (["arm"], "site=berlin+arm", false), (["x"], "name=edge-*", false),
        (["site=berlin", "arm"], "site=berlin+arm", true), (["b"], "a,b", true), (["x"], "name=*", false),
    ])
    func `a token puts its devices into the scope of its maker`(tags: [String], scope: String, isFine: Bool)
        async throws
    {
        let fleet = try await Fleet()
        let bob = Principal(name: "user:bob", scope: try DeviceSelector(scope))
        let token = Credential(new: .join, pin: StoreFixture.pin)
        let request = JoinTokenRequest(lifetime: 60, uses: 1, tags: tags)
        let row = try? await fleet.store.create(token, request, actor: bob, now: Self.now)
        #expect((row != nil) == isFine)
        #expect(try await fleet.store.joinTokens(in: nil).count == (isFine ? 3 : 2), "a refused one is not kept")
    }

    @Test func `tokens for elsewhere are neither listed nor withdrawn`() async throws {
        let fleet = try await Fleet()
        #expect(try await fleet.store.joinTokens(in: fleet.scope).map(\.id) == [fleet.tokens[0].id])
        await Self.refused(.notFound) {
            _ = try await fleet.store.revokeJoinToken(fleet.tokens[1].id, actor: fleet.bob, now: Self.now)
        }
        _ = try await fleet.store.revokeJoinToken(fleet.tokens[0].id, actor: fleet.bob, now: Self.now)
    }

    @Test func `without a scope the queries stay as they are`() throws {
        #expect(SQLCondition.and(within: nil).sql.isEmpty && SQLCondition.and(tokensWithin: nil).sql.isEmpty)
        let scope = SQLCondition.and(within: try DeviceSelector("a+name=b*,c"))
        #expect(scope.sql.hasPrefix(" AND ((") && scope.sql.hasSuffix("))"), "one condition, whatever is around it")
        #expect(!scope.sql.contains("b*"), "what people wrote is bound, not written")
    }
}
