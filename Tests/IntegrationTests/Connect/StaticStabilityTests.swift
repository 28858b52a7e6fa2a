import Foundation
import Glibc
import Testing
import WatchmanCore
import WatchmanSystem

/// What goes on while the server is away: the gateway's sshd, and all that it lets in by itself.
@Suite(.logs)
struct StaticStabilityTests {
    @Test func `an admin with a certificate that is still good enters a device that came back meanwhile`() async throws
    {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.enrol(server, "edge-1")
            let agent = try device.startAgent()
            try await device.waitUntilOnline()
            #expect(try await server.watchman("connect", "edge-1", "--", "true").status == 0)
            _ = try await server.stop()

            await agent.end()
            try await Wait.until("the tunnel to end") { !SocketTable.read().ports.contains(device.port) }
            _ = try device.startAgent()
            try await Wait.until("the tunnel to be back") { SocketTable.read().ports.contains(device.port) }

            let result = try await server.watchman("connect", "edge-1", "--", "echo in")
            #expect(result.status == 0 && result.text == "in\n")
            #expect(result.errorText.hasSuffix("going in by a certificate that is still good\n"))
            #expect(try await server.watchman("connect", "edge-2", "--", "true").status == 69)
            #expect(try await server.watchman("connect", "--user", "jo", "edge-1", "--", "true").status == 69)

            try await server.start()
            try await device.waitUntilOnline()
            let again = try await server.watchman("connect", "edge-1", "--", "true")
            #expect(again.status == 0 && again.errorText.isEmpty)
        }
    }

    @Test func `a certificate that has ended opens nothing`() async throws {
        try await ServerFixture.with { server in
            _ = try await DeviceFixture.online(server, "edge-1")
            #expect(try await server.watchman("connect", "edge-1", "--", "true").status == 0)
            let notes = try FileManager.default.subpathsOfDirectory(atPath: server.folder)
                .filter { $0.hasSuffix("/grant.json") }
            #expect(notes.count == 1)
            let file = "\(server.folder)/\(try #require(notes.first))"
            let text = String(decoding: try #require(try WholeFile.read(file)), as: UTF8.self)
            let old = text.replacing(/"expiresAt":"[0-9]{4}/, with: "\"expiresAt\":\"2001")
            #expect(old != text)
            try WholeFile.write(old, to: file, mode: 0o600)
            _ = try await server.stop()
            let result = try await server.watchman("connect", "edge-1", "--", "true")
            #expect(result.status == 69)
        }
    }
}
