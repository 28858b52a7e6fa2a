import Foundation
import Testing
import WatchmanAgent
import WatchmanClient
import WatchmanCore
import WatchmanSystem

/// A device without a battery for its clock. Agent and sshd live decades in the past, by a library that is loaded before all others; that
/// needs the dynamically linked build, which the test run has made.
@Suite struct ClockTests {
    private static let years = 45
    private static let skew = -years * 365 * 86400
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    @Test func `a device whose clock is decades behind checks in and lets admins in`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.enrol(server, "edge-1981")
            let past = try await Self.past(server)
            _ = try await device.sshd.restarted(environment: past)
            let agent = ["\(Self.root)/.build/debug/watchman", "agent", "--folder", device.site.folder]
            _ = try server.scratch.start(agent, environment: past, isLogged: true)
            try await device.waitUntilOnline()
            try await Wait.until("the server to know of the clock") { try await Self.skew(device) < -1e6 }

            let answer = try await server.watchman("connect", device.name, "--", "echo", "in")

            #expect(answer.text == "in\n")
            #expect(answer.status == 0)
            let shown = try await server.watchman("devices", "show", device.name)
            #expect(shown.lines.contains { $0.hasPrefix("clock:") && $0.contains("off by \(Self.years * 365) d") })
        }
    }

    @Test func `a certificate in the server's time does not open such a device`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.online(server, "edge-now")
            _ = try await device.sshd.restarted(environment: try await Self.past(server))

            let answer = try await server.watchman("connect", device.name, "--", "echo", "in")

            #expect(answer.text.isEmpty)
            #expect(answer.status == 255)
        }
    }

    /// The environment of a program that lives in the past.
    private static func past(_ server: ServerFixture) async throws -> [String: String] {
        let library = "\(server.folder)/skewed-clock.so"
        let source = "\(Self.root)/Tests/IntegrationTests/Fixtures/skewed-clock.c"
        try await SystemProcessRunner().check(Command("cc", ["-shared", "-fPIC", "-o", library, source]))
        return ["LD_PRELOAD": library, "CLOCK_SKEW": "\(Self.skew)"]
    }

    /// Device clock minus server clock, seconds, as the server has it.
    private static func skew(_ device: DeviceFixture) async throws -> Double {
        let detail: DeviceDetail = try await device.server.api { try await $0.get("/api/v1/devices/\(device.id)") }
        return detail.clockSkew
    }
}
