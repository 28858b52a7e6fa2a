import Foundation
import Testing
import WatchmanAgent
import WatchmanCore
import WatchmanSystem

/// Certificates that the server would never make, signed by ssh-keygen: the CAs' keys are taken from the server's folder.
@Suite(.sharedServer, .logs)
struct ForgedCertificateTests {
    /// A certificate as ssh-keygen(1) is told to make it. ID stands for the device.
    struct Forgery: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var authority = "user_ca"
        var arguments = ["-n", "wm-jump-ID"]
        var keyID = "ID key:test"
        var validity = "-5m:+5m"
    }

    @Test func `a certificate with everything right opens the gateway`() async throws {
        let result = try await Self.visit(Forgery(testDescription: "right"))
        #expect(result.text.hasPrefix("SSH-2.0-"))
    }

    @Test(arguments: [
        Forgery(testDescription: "expired", validity: "-10m:-1m"),
        Forgery(testDescription: "not yet valid", validity: "+1m:+10m"),
        Forgery(testDescription: "no principal", arguments: []),
        Forgery(testDescription: "principal of the other hop", arguments: ["-n", "wm-ID"]),
        Forgery(testDescription: "principal of another device", arguments: ["-n", "wm-jump-OTHER"]),
        Forgery(testDescription: "login user as principal", arguments: ["-n", "daemon"]),
        Forgery(testDescription: "principal that is a pattern", arguments: ["-n", "wm-jump-*,*"]),
        Forgery(testDescription: "key id of another device", keyID: "OTHER key:test"),
        Forgery(testDescription: "key id of no device", keyID: "nosuchid key:test"),
        Forgery(testDescription: "empty key id", keyID: ""),
        Forgery(testDescription: "key id that is SQL", keyID: "' OR '1'='1"),
        Forgery(testDescription: "host CA", authority: "host_ca"),
        Forgery(testDescription: "foreign CA", authority: "foreign"),
        Forgery(testDescription: "signed by the device's key", authority: "device"),
        Forgery(testDescription: "host certificate", arguments: ["-h", "-n", "wm-jump-ID"]),
        Forgery(testDescription: "unknown critical option", arguments: ["-n", "wm-jump-ID", "-O", "critical:x=y"]),
        Forgery(
            testDescription: "another source address",
            arguments: ["-n", "wm-jump-ID", "-O", "source-address=192.0.2.1"]),
    ])
    func `a certificate with anything wrong is refused`(forgery: Forgery) async throws {
        let result = try await Self.visit(forgery)
        #expect(result.isTurnedAway)
        #expect(result.text == "")
    }

    /// Makes the certificate and asks for the device's port with it.
    private static func visit(_ forgery: Forgery) async throws -> Program.Outcome {
        let (server, device) = (try SharedServer.server, try SharedServer.device)
        let other = try SharedServer.otherDevice.id
        let named: (String) -> String = {
            $0.replacing("ID", with: device.id).replacing("OTHER", with: other)
        }
        let authority =
            switch forgery.authority {
            case "foreign": try server.writeKey(.generate())
            case "device": device.keyFile
            default: "\(server.state)/\(forgery.authority)"
            }
        let key = SSHPrivateKey.generate()
        let file = try server.writeKey(key)
        let made = try await server.scratch.run(
            ["ssh-keygen", "-q", "-s", authority, "-I", named(forgery.keyID), "-V", forgery.validity]
                + forgery.arguments.map(named) + ["\(file).pub"])
        try #require(made.status == 0, "\(made.errorText)")
        let certificate = try String(contentsOfFile: "\(file)-cert.pub", encoding: .utf8)
        return try await SSHClient.admin(device, key: key, certificate: certificate)
            .run(["-W", "127.0.0.1:\(device.port)"])
    }
}
