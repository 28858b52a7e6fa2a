import Foundation
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanStore

@Suite struct PortLedgerTests {
    private static let now = StoreFixture.now
    private static let day: TimeInterval = 24 * 3600

    @Test func `when no port is left, nothing is lost`() async throws {
        let fixture = try await StoreFixture(ports: 1100...1101)
        let token = try await fixture.token()
        try await fixture.register(token)
        try await fixture.register(token)
        let error = await #expect(throws: WatchmanError.self) { try await fixture.register(token) }
        #expect(error?.code == .exhausted)
        #expect(
            error?.message
                == "gateway main has no free port left in 1100-1101: widen device-ports in the server's configuration"
        )
        #expect(try await fixture.uses(token) == 2)
        #expect(try await fixture.store.devices().count == 2)
        #expect(try await fixture.count("SELECT COUNT(*) FROM device") == 2)
        try await fixture.store.configure(
            Gateway(id: "main", host: nil, port: 2222, firstPort: 1100, lastPort: 1102))
        #expect(try await fixture.register(token).info.port == 1102)
    }

    @Test func `a released port rests for a day`() async throws {
        let fixture = try await StoreFixture(ports: 1100...1100)
        let token = try await fixture.token(lifetime: 10 * 86400)
        let first = try await fixture.register(token).info
        _ = try await fixture.store.remove(first.device.id, actor: "local", now: Self.now)
        for moment in [Self.now, Self.now + 3600, Self.now + Self.day] {
            let error = await #expect(throws: WatchmanError.self) { try await fixture.register(token, now: moment) }
            #expect(error?.code == .exhausted)
        }
        #expect(try await fixture.register(token, now: Self.now + Self.day + 1).info.port == 1100)
    }

    @Test func `fresh ports come before rested ones, and the longest rested first`() async throws {
        let fixture = try await StoreFixture(ports: 1100...1103)
        let token = try await fixture.token(lifetime: 10 * 86400)
        for name in ["a", "b", "c"] { try await fixture.register(token, name: name) }
        for (hours, name) in ["c", "a", "b"].enumerated() {
            _ = try await fixture.store.remove(name, actor: "local", now: Self.now + TimeInterval(3600 * hours))
        }
        var ports: [Int] = []
        for _ in 0..<4 { ports.append(try await fixture.register(token, now: Self.now + 3 * Self.day).info.port) }
        #expect(ports == [1103, 1102, 1100, 1101])
    }

    @Test func `a port that some process holds is passed over`() async throws {
        let fixture = try await StoreFixture(ports: 1100...1102)
        let token = try await fixture.token()
        #expect(try await fixture.register(token, occupied: [1100, 1101, 9]).info.port == 1102)
        let error = await #expect(throws: WatchmanError.self) {
            try await fixture.register(token, occupied: [1100, 1101])
        }
        #expect(error?.code == .exhausted)
    }

    @Test func `a rested port that some process holds is passed over`() async throws {
        let fixture = try await StoreFixture(ports: 1100...1100)
        let token = try await fixture.token(lifetime: 10 * 86400)
        try await fixture.register(token, name: "a")
        _ = try await fixture.store.remove("a", actor: "local", now: Self.now)
        let error = await #expect(throws: WatchmanError.self) {
            try await fixture.register(token, occupied: [1100], now: Self.now + 2 * Self.day)
        }
        #expect(error?.code == .exhausted)
    }

    @Test(arguments: [false, true])
    func `50 registrations at once get 50 ports`(onDisk: Bool) async throws {
        try await Self.withStore(onDisk) { store in
            let fixture = try await StoreFixture(ports: 1100...1149, store: store)
            let token = try await fixture.token(uses: 50)
            let infos = try await withThrowingTaskGroup(of: DeviceInfo.self) { group in
                for _ in 0..<50 { group.addTask { try await fixture.register(token).info } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(infos.map(\.port)) == Set(1100...1149))
            #expect(Set(infos.map(\.device.id)).count == 50 && Set(infos.map(\.device.name)).count == 50)
            #expect(try await fixture.uses(token) == 50)
        }
    }

    @Test(arguments: [false, true])
    func `of 50 registrations with the last use of a token just one succeeds`(onDisk: Bool) async throws {
        try await Self.withStore(onDisk) { store in
            let fixture = try await StoreFixture(store: store)
            let token = try await fixture.token(uses: 1)
            let errors = await withTaskGroup(of: (any Error)?.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        do { try await fixture.register(token) } catch { return error }
                        return nil
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let refusals = errors.compactMap { $0 as? WatchmanError }
            #expect(errors.count { $0 == nil } == 1)
            #expect(refusals.count == 49 && refusals.allSatisfy { $0.code == .forbidden })
            #expect(try await fixture.store.devices().count == 1)
            #expect(try await fixture.uses(token) == 1)
        }
    }

    @Test func `one key registered 20 times at once is one device`() async throws {
        let fixture = try await StoreFixture()
        let token = try await fixture.token()
        let key = SSHPrivateKey.generate().publicKey
        let ids = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 { group.addTask { try await fixture.register(token, key: key).info.device.id } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
        #expect(try await fixture.uses(token) == 1)
    }

    private static func withStore(_ onDisk: Bool, _ body: (Store) async throws -> Void) async throws {
        guard onDisk else { return try await body(Store.inMemory()) }
        try await TemporaryFolder.with { try await body(Store(path: "\($0)/watchman.db")) }
    }
}
