import Testing
import WatchmanCore

@testable import WatchmanStore

@Suite struct GatewayRangeTests {
    private static func gateway(_ ports: ClosedRange<Int>, host: String? = nil) -> Gateway {
        Gateway(id: "main", host: host, port: 2222, firstPort: ports.lowerBound, lastPort: ports.upperBound)
    }

    @Test func `a range that would strand devices is refused`() async throws {
        let fixture = try await StoreFixture(ports: 1100...1199)
        for _ in 0..<3 { _ = try await fixture.device() }
        for ports in [1101...1199, 1000...1101, 2000...2999] {
            let error = await #expect(throws: WatchmanError.self) {
                try await fixture.store.configure(Self.gateway(ports))
            }
            #expect(error?.code == .configuration)
            #expect(error?.message.contains("device-ports \(ports.lowerBound)-\(ports.upperBound)") == true)
        }
        #expect(try await fixture.count("SELECT firstPort FROM gateway") == 1100)
    }

    @Test func `a range that holds every device is taken, as are a new host and port`() async throws {
        let fixture = try await StoreFixture(ports: 1100...1199)
        _ = try await fixture.device()
        try await fixture.store.configure(Self.gateway(1100...1100, host: "tower.example"))
        try await fixture.store.configure(Self.gateway(1050...1300, host: "tower.example"))
        #expect(try await fixture.count("SELECT COUNT(*) FROM gateway") == 1)
        #expect(try await fixture.count("SELECT lastPort FROM gateway") == 1300)
    }

    @Test func `resting ports keep no range`() async throws {
        let fixture = try await StoreFixture(ports: 1100...1199)
        let device = try await fixture.device()
        _ = try await fixture.store.remove(device.device.id, actor: "local", now: StoreFixture.now)
        try await fixture.store.configure(Self.gateway(2000...2999))
        #expect(try await fixture.device().port == 2000)
    }

    @Test func `the schema takes no range that is none`() async throws {
        let fixture = try await StoreFixture()
        for (first, last) in [(80, 90), (2000, 1999), (2000, 65536)] {
            let gateway = Gateway(id: "other", host: nil, port: 2222, firstPort: first, lastPort: last)
            await #expect(throws: (any Error).self) { try await fixture.store.configure(gateway) }
        }
    }
}
