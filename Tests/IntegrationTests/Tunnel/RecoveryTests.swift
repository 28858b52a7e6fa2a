import Foundation
import Glibc
import Testing
import WatchmanAgent
import WatchmanCore
import WatchmanSystem

/// Tunnels that break come back, and there is never more than one.
@Suite(.logs)
struct RecoveryTests {
    /// The processes of a device's tunnel: autossh and ssh.
    private static func tunnel(_ device: DeviceFixture, _ name: String) -> [pid_t] {
        Machine.processes(mentioning: device.keyFile).filter { Processes.name(of: $0) == name }
    }

    /// Waits until another ssh than `old` holds the port.
    private static func waitForAnother(_ device: DeviceFixture, than old: [pid_t]) async throws {
        try await Wait.until("another ssh") {
            let now = Self.tunnel(device, "ssh")
            return now.count == 1 && now != old && SocketTable.read().ports.contains(device.port)
        }
        #expect(Self.tunnel(device, "autossh").count == 1)
    }

    @Test func `an ssh that is killed is replaced, again and again`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.online(server, "edge-1")
            for _ in 0..<3 {
                let old = Self.tunnel(device, "ssh")
                #expect(old.count == 1)
                for pid in old { kill(pid, SIGKILL) }
                try await Self.waitForAnother(device, than: old)
            }
            #expect(try await server.watchman("connect", "edge-1", "--", "true").status == 0)
        }
    }

    @Test func `an autossh that is killed leaves no second ssh`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.online(server, "edge-1")
            let old = Self.tunnel(device, "ssh")
            for pid in Self.tunnel(device, "autossh") { kill(pid, SIGKILL) }
            try await Self.waitForAnother(device, than: old)
        }
    }

    @Test func `a running agent follows another profile`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.online(server, "edge-1")
            let old = Self.tunnel(device, "ssh")
            let result = try await server.watchman("agent", "profile", "lte", "--folder", device.site.folder)
            #expect(result.lines == ["lte"])
            try await Self.waitForAnother(device, than: old)
            let lines = Self.tunnel(device, "ssh").compactMap { Processes.commandLine(of: $0) }
            #expect(lines.count == 1 && lines[0].contains(" ServerAliveInterval=60 "))
            let shown = try await server.watchman("agent", "profile", "--folder", device.site.folder)
            #expect(shown.lines == ["lte"])
        }
    }

    @Test func `an agent that is killed and started again has one tunnel`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.enrol(server, "edge-1")
            let agent = try device.startAgent()
            try await device.waitUntilOnline()
            let old = Self.tunnel(device, "ssh")
            agent.signal(SIGKILL)
            _ = try await agent.wait()
            #expect(Self.tunnel(device, "ssh") == old, "the tunnel outlives the agent")
            _ = try device.startAgent()
            try await Self.waitForAnother(device, than: old)
        }
    }

    @Test func `a gateway that was away for a while is back at once`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.online(server, "edge-1")
            #expect(try await server.stop().status == 0)
            let daemon = try #require(server.gatewayPID)
            await Processes.endFamily(daemon)
            try await Wait.until("some attempts") {
                let status = try AgentStatus.read(device.site)
                return status?.problem == .gatewayDown && status?.tunnel == .connecting
            }
            try await server.start()
            try await device.waitUntilOnline()
        }
    }

    @Test func `a device whose sshd is gone says so, and that it is back`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.enrol(server, "edge-1")
            await device.sshd.end()
            let agent = try device.startAgent()
            try await Wait.until("the reason") {
                let status = try AgentStatus.read(device.site)
                return status?.tunnel == .up && status?.problem == .sshdDown
            }
            let told = try server.query("SELECT tunnelProblem FROM device WHERE id = '\(device.id)'")
            #expect(told == ["this device's sshd does not answer on port \(device.sshd.port)"])
            _ = try await PrivateSSHD.start(
                server.scratch, folder: device.folder, port: device.sshd.port, hostKey: device.sshd.hostKey)
            _ = try await device.restart(agent)
            try await Wait.until("the all-clear") {
                let status = try AgentStatus.read(device.site)
                return status?.tunnel == .up && status?.problem == nil
            }
        }
    }
}
