import Foundation
import Testing
import WatchmanAgent
import WatchmanCore
import WatchmanSystem

/// What opens the device itself: certificates of the server's for one login of it. Others are signed by ssh-keygen with the CA's key.
@Suite(.sharedServer, .logs, .serialized) struct DeviceCertificateTests {
    /// A certificate as ssh-keygen(1) is told to make it. ID stands for the device.
    struct Forgery: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var authority = "user_ca"
        var arguments = ["-n", "wm-ID"]
        var validity = "-5m:+5m"
        var user = "root"
    }

    @Test(arguments: [
        Forgery(testDescription: "root"),
        Forgery(testDescription: "another login", arguments: ["-n", "wm-ID/nobody"], user: "nobody"),
    ])
    func `a certificate with everything right opens its login`(forgery: Forgery) async throws {
        #expect(try await Self.visit(forgery).isAuthenticated)
    }

    @Test(arguments: [
        Forgery(testDescription: "expired", validity: "-10m:-1m"),
        Forgery(testDescription: "not yet valid", validity: "+1m:+10m"),
        Forgery(testDescription: "no principal", arguments: []),
        Forgery(testDescription: "principal of the gateway", arguments: ["-n", "wm-jump-ID"]),
        Forgery(testDescription: "principal of another device", arguments: ["-n", "wm-OTHER"]),
        Forgery(testDescription: "the login's name", arguments: ["-n", "root"]),
        Forgery(testDescription: "principal that is a pattern", arguments: ["-n", "wm-*,*"]),
        Forgery(testDescription: "the beginning of the principal", arguments: ["-n", "wm-"]),
        Forgery(testDescription: "another login's principal", arguments: ["-n", "wm-ID/nobody"]),
        Forgery(testDescription: "root's principal for another login", user: "nobody"),
        Forgery(
            testDescription: "root's principal as another login's", arguments: ["-n", "wm-ID/root"], user: "nobody"),
        Forgery(testDescription: "a login without a line", arguments: ["-n", "wm-ID/daemon"], user: "daemon"),
        Forgery(testDescription: "host CA", authority: "host_ca"),
        Forgery(testDescription: "foreign CA", authority: "foreign"),
        Forgery(testDescription: "signed by the device's key", authority: "device"),
        Forgery(testDescription: "host certificate", arguments: ["-h", "-n", "wm-ID"]),
        Forgery(testDescription: "unknown critical option", arguments: ["-n", "wm-ID", "-O", "critical:x=y"]),
        Forgery(
            testDescription: "another source address", arguments: ["-n", "wm-ID", "-O", "source-address=192.0.2.1"]),
    ])
    func `a certificate with anything wrong is refused`(forgery: Forgery) async throws {
        let result = try await Self.visit(forgery)
        #expect(result.isTurnedAway, "\(result.errorText)")
        #expect(result.text == "")
    }

    @Test(arguments: [("root", "nobody"), ("nobody", "root")])
    func `what the server signs for one login opens no other`(asked: String, tried: String) async throws {
        let device = try await Self.device()
        let key = SSHPrivateKey.generate()
        let grant = try await device.server.grant(device.id, key.publicKey, user: asked)
        var client = try Self.client(device, key, grant.deviceCertificate)
        client.user = asked
        #expect(try await client.run([], command: ["true"]).isAuthenticated)
        client.user = tried
        #expect(try await client.run([], command: ["true"]).isTurnedAway)
        let other = try SharedServer.otherDevice
        client = try Self.client(other, key, grant.deviceCertificate)
        client.user = asked
        #expect(try await client.run([], command: ["true"]).isTurnedAway, "another device")
    }

    @Test func `a login that is not there is refused by name before ssh starts`() async throws {
        let result = try await SharedServer.server.watchman("connect", "edge-2", "--user", "daemon", "--", "true")
        #expect(result.status == 1)
        #expect(
            result.errorLines == [
                "watchman: error: edge-2 has no login daemon, only root: add it there",
                "watchman: hint: watchman agent logins add daemon",
            ])
    }

    /// The suite's first device, with a second login.
    private static func device() async throws -> DeviceFixture {
        let device = try SharedServer.device
        try await device.letIn("nobody")
        return device
    }

    /// ssh straight to the device's own sshd.
    private static func client(_ device: DeviceFixture, _ key: SSHPrivateKey, _ certificate: String) throws -> SSHClient
    {
        let file = try device.server.writeKey(key)
        try WholeFile.write(certificate, to: "\(file)-cert.pub", mode: 0o644)
        let hosts = "\(KnownHosts.gatewayAlias) \(device.sshd.hostKey.publicKey.line)\n"
        try WholeFile.write(hosts, to: "\(file).hosts", mode: 0o600)
        return SSHClient(
            scratch: device.server.scratch, port: device.sshd.port, user: "root", key: file,
            knownHosts: "\(file).hosts", certificate: "\(file)-cert.pub")
    }

    private static func visit(_ forgery: Forgery) async throws -> Program.Outcome {
        let device = try await Self.device()
        let (server, other) = (device.server, try SharedServer.otherDevice.id)
        let authority =
            switch forgery.authority {
            case "foreign": try server.writeKey(.generate())
            case "device": device.keyFile
            default: "\(server.state)/\(forgery.authority)"
            }
        let key = SSHPrivateKey.generate()
        let file = try server.writeKey(key)
        let arguments = forgery.arguments.map { $0.replacing("ID", with: device.id).replacing("OTHER", with: other) }
        let made = try await server.scratch.run(
            ["ssh-keygen", "-q", "-s", authority, "-I", "\(device.id) test", "-V", forgery.validity] + arguments
                + ["\(file).pub"])
        try #require(made.status == 0, "\(made.errorText)")
        let certificate = try String(contentsOfFile: "\(file)-cert.pub", encoding: .utf8)
        var client = try Self.client(device, key, certificate)
        client.user = forgery.user
        return try await client.run([], command: ["true"])
    }
}
