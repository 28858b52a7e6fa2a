import Foundation
import Glibc
import Testing
import WatchmanAgent
import WatchmanCore
import WatchmanSystem

/// A device that tries to stand where another one should be.
@Suite(.logs) struct HijackTests {
    /// What has become of the device whose port it wants.
    enum Victim: String, CaseIterable, Sendable { case neverSeen, online, stale, gone, removed }

    @Test(arguments: Victim.allCases)
    func `a device's port is its own, whatever has become of it`(state: Victim) async throws {
        try await ServerFixture.with { server in
            let victim = try await DeviceFixture.enrol(server, "victim")
            let attacker = try await Attacker.enrol(server)
            try await Self.bring(victim, to: state)
            let isHeld = SocketTable.read().ports.contains(victim.port)
            #expect(isHeld == (state == .online || state == .stale))
            try await FakeServer.with(.greets("SSH-2.0-OpenSSH_9.2\r\n"), port: server.sparePort()) { trap in
                for address in ["127.0.0.1", "localhost", "[::1]", "*"] {
                    let attack = try await attacker.ssh.run(
                        ["-N", "-R", "\(address):\(victim.port):127.0.0.1:\(trap.port)"])
                    #expect(attack.isAuthenticated && attack.status == 255)
                }
                let isStillHeld = SocketTable.read().ports.contains(victim.port)
                #expect(isStillHeld == isHeld)
                if state != .stale && state != .removed {
                    let entered = try await server.watchman(
                        "connect", "victim", "--", "cat", input: .text("very secret\n"))
                    #expect(entered.text == (state == .online ? "very secret\n" : ""))
                }
                #expect(trap.connections == 0)
            }
        }
    }

    private static func bring(_ victim: DeviceFixture, to state: Victim) async throws {
        if state == .neverSeen { return }
        let agent = try victim.startAgent()
        try await victim.waitUntilOnline()
        switch state {
        case .stale:
            // Its ssh says nothing any more, and the gateway has not noticed.
            for pid in Processes.family(of: agent.pid) where Processes.name(of: pid) == "ssh" {
                Processes.signal(pid, SIGSTOP)
            }
        case .gone:
            await agent.end()
            try await Wait.until("the port to be free") { !SocketTable.read().ports.contains(victim.port) }
        case .removed:
            _ = try await victim.server.watchman("devices", "remove", "victim", "--yes")
            await agent.end()
            try await Wait.until("the port to be free") { !SocketTable.read().ports.contains(victim.port) }
        case .neverSeen, .online: break
        }
    }
}
