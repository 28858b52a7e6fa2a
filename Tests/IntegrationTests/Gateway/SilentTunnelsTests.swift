import Foundation
import Glibc
import TestSupport
import Testing
import WatchmanCore
import WatchmanSystem

/// Devices that are gone without a word.
@Suite(.logs)
struct SilentTunnelsTests {
    /// A device that has told its profile, and its tunnel by an ssh of which only this is heard.
    private static func tunnel(_ server: ServerFixture, _ name: String, _ options: [String]) async throws -> (
        device: DeviceFixture, ssh: Program
    ) {
        let device = try await DeviceFixture.enrol(server, name)
        var report = CheckInRequest(
            facts: try await device.detail.facts, vitals: Sample.vitals(clock: Date()), tunnelProblem: nil)
        report.profile = NetworkProfile.wired.rawValue
        _ = try await device.call(with: try device.key(), report)
        let ssh = try SSHClient.edge(device).start(
            options + ["-N", "-R", "127.0.0.1:\(device.port):127.0.0.1:\(device.sshd.port)"])
        try await Wait.until("the port to be open") { SocketTable.read().ports.contains(device.port) }
        return (device, ssh)
    }

    @Test func `a tunnel that is silent for longer than its ssh would bear is ended, and no other`() async throws {
        try await ServerFixture.with { server in
            let mute = try await Self.tunnel(server, "edge-1", ["-o", "ServerAliveInterval=0"])
            let alive = try await Self.tunnel(server, "edge-2", ["-o", "ServerAliveInterval=2"])
            _ = try await server.stop()
            try await server.start()
            try await Wait.until("the silent tunnel to be ended", within: .seconds(60)) {
                try await mute.device.summary?.state == .offline
            }
            #expect(!SocketTable.read().ports.contains(mute.device.port))
            #expect(alive.ssh.ended == nil && SocketTable.read().ports.contains(alive.device.port))
            await alive.ssh.end()
        }
    }
}
