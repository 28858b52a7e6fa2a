import Foundation
import Testing
import WatchmanAgent
import WatchmanClient
import WatchmanCore
import WatchmanSystem

/// A device without a battery for its clock. Agent and sshd live decades away, by a library that is loaded before all others; that
/// needs the dynamically linked build, which the test run has made.
@Suite struct ClockTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    @Test(arguments: [-45, 20]) func `a device whose clock is decades off checks in and lets admins in`(years: Int)
        async throws
    {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.enrol(server, "edge-1")
            let then = try await Self.elsewhen(server, years)
            _ = try await device.sshd.restarted(environment: then)
            let agent = ["\(Self.root)/.build/debug/watchman", "agent", "--folder", device.site.folder]
            _ = try server.scratch.start(agent, environment: then, isLogged: true)
            try await device.waitUntilOnline()
            try await Wait.until("the server to know of the clock") { abs(try await Self.skew(device)) > 1e6 }

            let answer = try await server.watchman("connect", device.name, "--", "echo", "in")

            #expect(answer.text == "in\n")
            #expect(answer.status == 0)
            let shown = try await server.watchman("devices", "show", device.name)
            // A clock that is ahead is a little less so when its report arrives.
            let days = [abs(years) * 365, abs(years) * 365 - 1]
            #expect(shown.lines.contains { line in days.contains { line == "clock:         off by \($0) d" } })
        }
    }

    @Test(arguments: [-45, 20]) func `a certificate in the server's time does not open such a device`(years: Int)
        async throws
    {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.online(server, "edge-now")
            _ = try await device.sshd.restarted(environment: try await Self.elsewhen(server, years))

            let answer = try await server.watchman("connect", device.name, "--", "echo", "in")

            #expect(answer.text.isEmpty)
            #expect(answer.status == 255)
        }
    }

    /// The environment of a program that lives so many years later, or earlier.
    private static func elsewhen(_ server: ServerFixture, _ years: Int) async throws -> [String: String] {
        let library = "\(server.folder)/skewed-clock.so"
        let source = "\(Self.root)/Tests/IntegrationTests/Fixtures/skewed-clock.c"
        try await SystemProcessRunner().check(Command("cc", ["-shared", "-fPIC", "-o", library, source]))
        return ["LD_PRELOAD": library, "CLOCK_SKEW": "\(years * 365 * 86400)"]
    }

    /// Device clock minus server clock, seconds, as the server has it.
    private static func skew(_ device: DeviceFixture) async throws -> Double {
        let detail: DeviceDetail = try await device.server.api { try await $0.get("/api/v1/devices/\(device.id)") }
        return detail.clockSkew
    }
}
