import Foundation
import Glibc
import Testing
import WatchmanCore
import WatchmanSystem

/// `connect` to what is not there, or is not what it should be.
@Suite(.logs)
struct ConnectRefusalTests {
    @Test func `an offline device is named with the reason`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.enrol(server, "edge-1")
            let never = try await server.watchman("connect", "edge-1", "--", "true")
            #expect(never.status == 69)
            #expect(
                never.errorLines == [
                    "watchman: error: edge-1 is offline: never checked in",
                    "watchman: hint: watchman devices show edge-1",
                ])
            let agent = try device.startAgent()
            try await device.waitUntilOnline()
            try await Wait.until("a check-in") { try await device.summary?.lastSeen != nil }
            await agent.end()
            try await Wait.until("the tunnel to end") { try await device.summary?.problem == .agentStopped }
            for arguments in [["connect", "edge-1"], ["connect", "edge-1", "--stdio"]] {
                let result = try await server.start(arguments).wait()
                #expect(result.status == 69)
                #expect(result.text == "")
                #expect(
                    result.errorLines.first?.hasPrefix(
                        "watchman: error: edge-1 is offline: the agent was stopped ") == true)
            }
        }
    }

    @Test func `an unknown device and an ambiguous beginning are told apart`() async throws {
        try await ServerFixture.with { server in
            let token = try await server.token(uses: 3)
            for name in ["berlin-1", "berlin-2", "bonn"] { _ = try await server.register(token, hostname: name) }
            let unknown = try await server.watchman("connect", "munich")
            #expect(unknown.status == 1)
            #expect(
                unknown.errorLines == ["watchman: error: no device 'munich'", "watchman: hint: watchman devices"])
            let ambiguous = try await server.watchman("connect", "berlin")
            #expect(ambiguous.status == 1)
            #expect(ambiguous.errorText.contains("berlin-1") && ambiguous.errorText.contains("berlin-2"))
            #expect(!ambiguous.errorText.contains("bonn"))
            for text in [unknown.text, ambiguous.text] { #expect(text == "") }
        }
    }

    @Test func `a device with another host key gets nothing`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.online(server, "edge-1")
            let impostor = try await device.sshd.replacedWithOtherKey()
            let canary = "\(server.folder)/canary"
            let result = try await server.watchman(
                "connect", "edge-1", "--", "tee \(canary)", input: .text("very secret\n"))
            #expect(result.status == 255)
            #expect(result.text == "")
            #expect(result.errorText.contains("REMOTE HOST IDENTIFICATION HAS CHANGED"))
            #expect(result.errorText.contains("Host key verification failed."))
            #expect(!FileManager.default.fileExists(atPath: canary))
            #expect(
                !impostor.log.components(separatedBy: "Server listening").dropFirst(2).joined().contains("Accepted"))
        }
    }

    @Test func `a process that squats on a device's port learns nothing`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.enrol(server, "edge-1")
            try await FakeServer.with(.greets("SSH-2.0-OpenSSH_9.2\r\n"), port: device.port) { squatter in
                try await Wait.until("the port to look up") { try await device.summary?.state == .online }
                let program = try server.start(
                    ["connect", "edge-1", "--", "cat"], input: .text("very secret\n"))
                try await Wait.until("ssh to come") { !squatter.received.isEmpty }
                let result = try? await program.wait(within: .seconds(2))
                #expect(result?.status != 0)
                #expect(!squatter.received("very secret"))
                #expect(squatter.received("SSH-2.0-"))
            }
        }
    }

    @Test func `one device cannot stand in for another at its port`() async throws {
        try await ServerFixture.with { server in
            let victim = try await DeviceFixture.enrol(server, "victim")
            let other = try await DeviceFixture.online(server, "other")
            // What a gateway that was taken over could do: lead the victim's port to another device.
            _ = try SSHClient.edge(victim).start([
                "-N", "-R", "127.0.0.1:\(victim.port):127.0.0.1:\(other.sshd.port)",
            ])
            try await victim.waitUntilOnline()
            let result = try await server.watchman("connect", "victim", "--", "cat", input: .text("very secret\n"))
            #expect(result.status == 255)
            #expect(result.text == "")
            #expect(result.errorText.contains("Host key verification failed."))
        }
    }

    @Test func `a server that is down is named`() async throws {
        try await ServerFixture.with { server in
            _ = try await server.register(try await server.token(), hostname: "edge-1")
            _ = try await server.stop()
            let result = try await server.watchman("connect", "edge-1")
            #expect(result.status == 69)
            #expect(result.errorText.hasPrefix("watchman: error: cannot reach the server at \(server.socket): "))
            #expect(result.errorLines.count == 2)
        }
    }
}
