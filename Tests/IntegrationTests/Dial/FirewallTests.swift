import Foundation
import Glibc
import Testing
import WatchmanClient
import WatchmanCore
import WatchmanSystem

@testable import WatchmanAgent

/// Devices behind firewalls. The server says that its gateway is at another loopback address than the one it listens on; that is the
/// firewall.
@Suite(.logs)
struct FirewallTests {
    private static let blocked = "127.0.0.2"
    private static let gatewayBlocked = ["host": "\"\(blocked)\""]

    /// Waits until the agent has said by which way it is online.
    private static func way(_ device: DeviceFixture) async throws -> TunnelWay? {
        try await device.waitUntilOnline()
        try await Wait.until("the agent to know its way") { try AgentStatus.read(device.site)?.way != nil }
        return try AgentStatus.read(device.site)?.way
    }

    /// The processes that carry a device's tunnel, besides ssh itself.
    private static func helpers(_ device: DeviceFixture) -> [pid_t] {
        let line = "\(device.server.scratch.binary) agent dial --folder \(device.site.folder)"
        return Processes.all().filter { Processes.commandLine(of: $0)?.hasPrefix(line) == true }
    }

    @Test func `without a firewall the tunnel is direct, and nothing stands between`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.online(server, "edge-1")
            #expect(try await Self.way(device) == .direct)
            #expect(Self.helpers(device).isEmpty)
            let status = try await server.watchman("agent", "status", "--folder", device.site.folder)
            #expect(status.text.contains("way:      direct"))
        }
    }

    @Test func `a device whose direct way is refused comes in by TLS, and carries what an admin does`() async throws {
        try await ServerFixture.with(configuration: Self.gatewayBlocked) { server in
            let device = try await DeviceFixture.enrol(server, "edge-1")
            let agent = try device.startAgent()
            #expect(try await Self.way(device) == .tls)
            let much = try await server.watchman(
                "connect", "edge-1", "--", "head -c 20000000 /dev/zero; echo done; exit 7")
            #expect(much.output.count == 20_000_005 && much.status == 7)
            #expect(Self.helpers(device).count == 1)
            await agent.end()
            try await Wait.until("the helper to end with its ssh") { Self.helpers(device).isEmpty }
            try await Wait.until("the port to be free") { !SocketTable.read().ports.contains(device.port) }
        }
    }

    @Test func `a tunnel by TLS comes back when the server does`() async throws {
        try await ServerFixture.with(configuration: Self.gatewayBlocked) { server in
            let device = try await DeviceFixture.online(server, "edge-1")
            #expect(try await server.stop().status == 0)
            try await Wait.until("the tunnel to fall") { !SocketTable.read().ports.contains(device.port) }
            try await server.start()
            try await device.waitUntilOnline()
            #expect(try await Self.way(device) == .tls)
        }
    }

    @Test func `a firewall that takes the connection and swallows what is said is got around`() async throws {
        try await ServerFixture.with(configuration: Self.gatewayBlocked) { server in
            try await FakeServer.with(.greets(""), host: Self.blocked, port: server.ports.gateway) { firewall in
                let device = try await DeviceFixture.online(server, "edge-1")
                #expect(try await Self.way(device) == .tls)
                #expect(firewall.connections > 0)
            }
        }
    }

    @Test func `another port of the gateway is tried where the first is blocked`() async throws {
        try await Scratch.with { scratch in
            let server = try ServerFixture(scratch)
            try server.configure(["gateway-ports": "[\(server.sparePort())]"])
            try await server.start()
            let device = try await DeviceFixture.enrol(server, "edge-1")
            var configuration = try AgentConfiguration.require(device.site)
            configuration.enrolment.gatewayPort = server.sparePort()
            try configuration.write(device.site)
            try WholeFile.makeFolder(device.site.runtimeFolder, mode: 0o700)
            let dial = Command.proxyCommand(
                [scratch.binary] + AgentConfiguration.dialCommand(device.site).dropFirst())
            let ssh = try SSHClient.edge(device).start([
                "-o", "ProxyCommand=\(dial)", "-o", "ProxyUseFdpass=yes", "-N", "-R",
                "127.0.0.1:\(device.port):127.0.0.1:\(device.sshd.port)",
            ])
            try await device.waitUntilOnline()
            #expect(ssh.ended == nil)
            #expect(WayMemory.read(device.site.wayFile)?.way == .otherPort)
        }
    }

    @Test(arguments: [nil, "jo:correct-horse-staple"] as [String?])
    func `a proxy is the way where it is the only one, for the agent's calls, too`(login: String?) async throws {
        try await ServerFixture.with(configuration: Self.gatewayBlocked) { server in
            let ports = [server.ports.api, server.ports.gateway]
            try await FakeProxy.with(port: server.sparePort(), to: ports, login: login) { proxy in
                let device = try await Self.behind(proxy, server, login)
                let agent = try device.startAgent()
                #expect(try await Self.way(device) == .proxy)
                #expect(Self.helpers(device).isEmpty)
                #expect(proxy.requests.contains { $0.hasPrefix("CONNECT \(Self.blocked):\(server.ports.gateway) ") })
                #expect(proxy.requests.contains { $0.hasPrefix("CONNECT \(Self.blocked):\(server.ports.api) ") })
                if let login { try Self.expectHidden(login, agent) }
            }
        }
    }

    @Test func `a proxy that makes connections to the HTTPS port only carries TLS`() async throws {
        try await ServerFixture.with(configuration: Self.gatewayBlocked) { server in
            try await FakeProxy.with(port: server.sparePort(), to: [server.ports.api], login: "jo:correct-horse-staple")
            {
                proxy in
                let device = try await Self.behind(proxy, server, "jo:correct-horse-staple")
                let agent = try device.startAgent()
                #expect(try await Self.way(device) == .proxyTLS)
                #expect(Self.helpers(device).count == 1)
                try Self.expectHidden("jo:correct-horse-staple", agent)
            }
        }
    }

    @Test func `a proxy that wants another password is named as the reason`() async throws {
        try await ServerFixture.with(configuration: Self.gatewayBlocked) { server in
            let port = server.sparePort()
            let device = try await FakeProxy.with(port: port, to: [server.ports.api]) {
                try await Self.behind($0, server, "jo:old")
            }
            try await FakeProxy.with(port: port, to: [server.ports.api], login: "jo:new") { _ in
                let agent = try device.startAgent()
                try await Wait.until("the reason") {
                    agent.soFar.errorText.contains("the proxy asks for another user or password")
                }
            }
        }
    }

    @Test func `what is behind the HTTPS port must be the server's own`() async throws {
        try await ServerFixture.with(configuration: Self.gatewayBlocked) { server in
            let device = try await DeviceFixture.enrol(server, "edge-1")
            _ = try await server.stop()
            try await FakeServer.with(.web("", try TLSIdentity()), port: server.ports.api) { impostor in
                let run = try await server.scratch.run(
                    [server.scratch.binary] + Array(AgentConfiguration.dialCommand(device.site).dropFirst()))
                #expect(run.status == 1)
                #expect(impostor.connections > 0 && impostor.received.isEmpty)
            }
        }
    }

    /// A device that reaches nothing but the proxy.
    private static func behind(_ proxy: FakeProxy, _ server: ServerFixture, _ login: String?) async throws
        -> DeviceFixture
    {
        let user = login.map { "\($0)@" } ?? ""
        return try await DeviceFixture.enrol(
            server, "edge-1", url: "https://\(Self.blocked):\(server.ports.api)",
            proxy: try HTTPProxy("http://\(user)127.0.0.1:\(proxy.port)", allowsPassword: true))
    }

    /// The proxy's password is in no command line, no environment and no log.
    private static func expectHidden(_ login: String, _ agent: Program) throws {
        let password = String(login.split(separator: ":")[1])
        let secrets = [password, Data(login.utf8).base64EncodedString()]
        for pid in try FileManager.default.contentsOfDirectory(atPath: "/proc") where Int(pid) != nil {
            for file in ["cmdline", "environ"] {
                let text = FileManager.default.contents(atPath: "/proc/\(pid)/\(file)").map {
                    String(decoding: $0, as: UTF8.self)
                }
                #expect(!secrets.contains { text?.contains($0) == true }, "/proc/\(pid)/\(file)")
            }
        }
        let said = agent.soFar
        #expect(!secrets.contains { said.text.contains($0) || said.errorText.contains($0) })
    }
}
