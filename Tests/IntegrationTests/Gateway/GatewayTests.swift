import Foundation
import Glibc
import Testing
import WatchmanCore
import WatchmanSystem

/// The gateway's sshd as a whole.
@Suite(.logs)
struct GatewayTests {
    @Test func `sshd has both lookups in force, and nothing that lets anyone in besides`() async throws {
        try await ServerFixture.with { server in
            for user in [ServerFixture.edgeUser, ServerFixture.jumpUser] {
                let settings = try await Self.settings(server, user: user)
                let lookup = "\(server.scratch.binary) gateway-keys \(server.gateway)/gateway.db"
                #expect(settings["authorizedprincipalscommand"] == "\(lookup) principals %u daemon %i %s")
                #expect(settings["authorizedkeyscommand"] == "\(lookup) key %u nobody %k")
                #expect(settings["authorizedprincipalscommanduser"] == "nobody")
                #expect(settings["authorizedkeyscommanduser"] == "nobody")
                #expect(settings["authorizedkeysfile"] == "none")
                #expect(settings["authenticationmethods"] == "publickey")
                #expect(settings["trustedusercakeys"] == "\(server.gateway)/user_ca.pub")
                let isEdge = user == ServerFixture.edgeUser
                #expect(settings["allowtcpforwarding"] == (isEdge ? "remote" : "local"))
                #expect(settings[isEdge ? "permitopen" : "permitlisten"] == "none")
                #expect(settings["maxsessions"] == "0")
                for closed in [
                    "passwordauthentication", "kbdinteractiveauthentication", "hostbasedauthentication",
                    "permitrootlogin", "allowagentforwarding", "allowstreamlocalforwarding", "x11forwarding",
                    "permittunnel", "permittty", "gatewayports", "permituserrc", "permituserenvironment", "usepam",
                ] {
                    #expect(settings[closed] == "no", "\(closed)")
                }
            }
        }
    }

    @Test func `a removed device loses its tunnel, its key, its certificates and its port`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.online(server, "edge-1")
            let key = SSHPrivateKey.generate()
            let grant = try await server.grant(device.id, key.publicKey)
            let removed = try await server.watchman("devices", "remove", "edge-1", "--yes")
            #expect(removed.status == 0)
            #expect(removed.lines == ["removed edge-1 (\(device.id))"])
            try await Wait.until("the tunnel to end") {
                !SocketTable.read().ports.contains(device.port)
            }
            let edge = try await SSHClient.edge(device).run(["-N"])
            #expect(!edge.isAuthenticated)
            let admin = try await SSHClient.admin(device, key: key, certificate: grant.gatewayCertificate).run(["-N"])
            #expect(!admin.isAuthenticated)
            let next = try await server.register(try await server.token(), hostname: "edge-2")
            #expect(next.port != device.port)
            #expect(try await server.watchman("connect", "edge-1", "--", "true").status == 1)
        }
    }

    @Test func `a gateway's sshd that dies is started again and the tunnel comes back`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.online(server, "edge-1")
            let first = try #require(server.gatewayPID)
            await Processes.endFamily(first)
            try await Wait.until("another sshd") { server.gatewayPID.map { $0 != first } ?? false }
            try await device.waitUntilOnline()
            #expect(try await server.watchman("connect", "edge-1", "--", "true").status == 0)
        }
    }

    @Test func `when the ports run out the next device is told so and the token keeps its use`() async throws {
        let first = try Ports.take().devices.lowerBound
        try await ServerFixture.with(configuration: ["device-ports": "\"\(first)-\(first + 1)\""]) { server in
            let token = try await server.token(uses: 3)
            let ports = [
                try await server.register(token, hostname: "one").port,
                try await server.register(token, hostname: "two").port,
            ]
            #expect(ports == [first, first + 1])
            let error = await #expect(throws: WatchmanError.self) {
                try await server.register(token, hostname: "three")
            }
            #expect(error?.code == .exhausted)
            #expect(error?.message.hasPrefix("gateway main has no free port left in \(first)-\(first + 1)") == true)
            #expect(try await server.devices().map(\.name) == ["one", "two"])
            let list = try await server.watchman("admin", "tokens", "list")
            #expect(list.lines.last?.contains("active  2/3") == true)
        }
    }

    /// What sshd makes of its configuration for a user (`sshd -T`).
    private static func settings(_ server: ServerFixture, user: String) async throws -> [String: String] {
        let result = try await server.scratch.run([
            Executables.find("sshd") ?? "sshd", "-T", "-f", "\(server.gateway)/sshd_config", "-C",
            "user=\(user),host=localhost,addr=127.0.0.1",
        ])
        try #require(result.status == 0, "\(result.errorText)")
        return Dictionary(
            result.lines.map { line in
                let words = line.split(separator: " ", maxSplits: 1).map(String.init)
                return (words[0], words.count > 1 ? words[1] : "")
            }, uniquingKeysWith: { first, _ in first })
    }
}
