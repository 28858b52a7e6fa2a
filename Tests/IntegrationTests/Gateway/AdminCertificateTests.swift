import Foundation
import Testing
import WatchmanAgent
import WatchmanCore
import WatchmanSystem

/// What the certificate of `connect` opens on the gateway: the port of one device, and nothing else.
@Suite(.sharedServer, .logs)
struct AdminCertificateTests {
    @Test func `a certificate reaches the port of its device`() async throws {
        let (device, admin) = try await Self.admin()
        let result = try await admin.run(["-W", "127.0.0.1:\(device.port)"])
        #expect(result.text.hasPrefix("SSH-2.0-"))
    }

    @Test(arguments: ["other device", "own sshd", "localhost", "IPv6", "gateway's sshd"])
    func `a certificate connects to nothing else`(target: String) async throws {
        let (device, admin) = try await Self.admin()
        let other = try SharedServer.otherDevice
        let address = [
            "other device": "127.0.0.1:\(other.port)", "own sshd": "127.0.0.1:\(device.sshd.port)",
            "localhost": "localhost:\(device.port)", "IPv6": "[::1]:\(device.port)",
            "gateway's sshd": "127.0.0.1:\(admin.port)",
        ]
        let result = try await admin.run(["-W", try #require(address[target])])
        #expect(result.isAuthenticated)
        #expect(result.status == 255)
        #expect(result.errorText.contains("administratively prohibited"))
        #expect(result.text == "")
    }

    @Test(arguments: ["127.0.0.1:P:127.0.0.1:22", "127.0.0.1:Q:127.0.0.1:22", "0", "DIR/socket:127.0.0.1:22"])
    func `a certificate listens nowhere`(forward: String) async throws {
        let (device, admin) = try await Self.admin()
        let server = try SharedServer.server
        let folder = try server.openFolder()
        let asked = forward.replacing("P", with: "\(device.port)").replacing("DIR", with: folder)
            .replacing("Q", with: "\(server.ports.devices.upperBound)")
        let result = try await admin.run(["-N", "-R", asked])
        #expect(result.isAuthenticated)
        #expect(result.status == 255)
        #expect(result.errorText.contains("remote port forwarding failed for listen p"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    }

    @Test(arguments: [
        ["exec"], ["shell"], ["-s", "sftp"], ["-A", "exec"], ["-t", "exec"], ["-w", "any:any", "exec"],
    ])
    func `a certificate runs nothing on the gateway`(attack: [String]) async throws {
        let (_, admin) = try await Self.admin()
        let command = ["exec": ["id"], "shell": [], "sftp": ["sftp"]][attack.last ?? ""] ?? []
        let result = try await admin.run(Array(attack.dropLast()), command: command)
        #expect(result.isAuthenticated)
        #expect(result.status == 255)
        #expect(result.text == "")
    }

    @Test(arguments: [ServerFixture.edgeUser, "root", "sync"])
    func `a certificate is for the admins' user alone`(user: String) async throws {
        var (_, admin) = try await Self.admin()
        admin.user = user
        let result = try await admin.run(["-N"])
        #expect(result.isTurnedAway)
    }

    @Test func `the certificate for the device does not open the gateway`() async throws {
        let device = try SharedServer.device
        let key = SSHPrivateKey.generate()
        let grant = try await device.server.grant(device.id, key.publicKey)
        let admin = try SSHClient.admin(device, key: key, certificate: grant.deviceCertificate)
        let result = try await admin.run(["-N"])
        #expect(result.isTurnedAway)
    }

    /// A new key with a certificate for the suite's first device.
    private static func admin() async throws -> (DeviceFixture, SSHClient) {
        let device = try SharedServer.device
        let key = SSHPrivateKey.generate()
        let grant = try await device.server.grant(device.id, key.publicKey)
        return (device, try SSHClient.admin(device, key: key, certificate: grant.gatewayCertificate))
    }
}
