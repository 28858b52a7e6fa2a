import Glibc
import Testing
import WatchmanCore
import WatchmanSystem

/// Devices that come back before the gateway knows that they were gone.
@Suite(.logs)
struct DisplacementTests {
    /// ssh that holds the device's port, as the agent would have it, and how far it came.
    private static func tunnel(_ device: DeviceFixture, port: Int? = nil) async throws -> Program {
        let program = try SSHClient.edge(device).start([
            "-N", "-R", "127.0.0.1:\(port ?? device.port):127.0.0.1:\(device.sshd.port)",
        ])
        try await Wait.until("an answer about the port") {
            let text = program.soFar.errorText
            return text.contains("remote forward success") || text.contains("remote port forwarding failed")
        }
        return program
    }

    /// The device's next connection. On loopback, where nothing takes time, it may ask for its port before the older connection is ended;
    /// then the second one gets it.
    private static func comeBack(_ device: DeviceFixture) async throws -> Program {
        let first = try await Self.tunnel(device)
        if Self.isUp(first) { return first }
        _ = try await first.wait()
        try await Wait.until("the port to be free") { !SocketTable.read().ports.contains(device.port) }
        return try await Self.tunnel(device)
    }

    private static func isUp(_ program: Program) -> Bool {
        program.ended == nil && program.soFar.errorText.contains("remote forward success")
    }

    @Test func `a device gets its port at once from a connection that it lost`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.enrol(server, "edge-1")
            var lost: [Program] = []
            for round in 1...20 {
                let program = try await Self.comeBack(device)
                #expect(Self.isUp(program), "round \(round): \(program.soFar.errorText)")
                // Silent from now on, as behind a NAT that forgot it: neither side hears of the other.
                kill(program.pid, SIGSTOP)
                lost.append(program)
            }
            let last = lost.removeLast()
            kill(last.pid, SIGCONT)
            for program in lost { kill(program.pid, SIGKILL) }
            try await device.waitUntilOnline()
            #expect(try await server.watchman("connect", "edge-1", "--", "true").status == 0)
            let daemon = try #require(server.gatewayPID)
            try await Wait.until("one connection to be left") { Processes.family(of: daemon).count == 3 }
            await last.end()
            try await Wait.until("the port to be free") { !SocketTable.read().ports.contains(device.port) }
            try await Wait.until("nothing to be left") { Processes.family(of: daemon) == [daemon] }
        }
    }

    @Test func `a device displaces nobody but itself`() async throws {
        try await ServerFixture.with { server in
            let (one, two) = (
                try await DeviceFixture.enrol(server, "edge-1"), try await DeviceFixture.enrol(server, "edge-2")
            )
            let tunnel = try await Self.tunnel(one)
            try await one.waitUntilOnline()
            let thief = try await Self.tunnel(two, port: one.port)
            #expect(!Self.isUp(thief))
            let own = try await Self.tunnel(two)
            try await two.waitUntilOnline()
            #expect(Self.isUp(own) && Self.isUp(tunnel))
            // Someone without the key, who asks for nothing but a login.
            var stranger = SSHClient.edge(one)
            stranger.key = try server.writeKey(SSHPrivateKey.generate())
            #expect(try await stranger.run(["-N"]).isTurnedAway)
            #expect(Self.isUp(tunnel))
        }
    }

    @Test func `a connection that was made while no server ran is displaced as well`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.enrol(server, "edge-1")
            _ = try await server.stop()
            let lost = try await Self.tunnel(device)
            #expect(Self.isUp(lost), "known devices come back without a server")
            kill(lost.pid, SIGSTOP)
            try await server.start()
            let tunnel = try await Self.comeBack(device)
            #expect(Self.isUp(tunnel))
            kill(lost.pid, SIGKILL)
        }
    }
}
