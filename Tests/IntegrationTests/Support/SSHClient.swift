import Foundation
import WatchmanAgent
import WatchmanCore
import WatchmanSystem

/// ssh(1) as an attacker with a real key would call it: nothing of this machine's configuration, no other key.
struct SSHClient: Sendable {
    let scratch: Scratch
    let port: Int
    var user: String
    var key: String
    let knownHosts: String
    var certificate: String?

    /// The gateway, for the holder of a device's key.
    static func edge(_ device: DeviceFixture) -> SSHClient {
        SSHClient(
            scratch: device.server.scratch, port: device.server.ports.gateway, user: ServerFixture.edgeUser,
            key: device.keyFile, knownHosts: device.site.knownHostsFile)
    }

    /// The gateway, for the holder of an admin's certificate.
    static func admin(_ device: DeviceFixture, key: SSHPrivateKey, certificate: String) throws -> SSHClient {
        var client = Self.edge(device)
        client.user = ServerFixture.jumpUser
        client.key = try device.server.writeKey(key)
        client.certificate = "\(client.key)-cert.pub"
        try WholeFile.write(certificate, to: "\(client.key)-cert.pub", mode: 0o644)
        return client
    }

    /// The command line: ssh, its options, `arguments`, the gateway, and the command to run there.
    func line(_ arguments: [String], command: [String] = []) -> [String] {
        let options =
            [
                "BatchMode=yes", "IdentitiesOnly=yes", "IdentityAgent=none", "StrictHostKeyChecking=yes",
                "UserKnownHostsFile=\(self.knownHosts)", "GlobalKnownHostsFile=/dev/null",
                "HostKeyAlias=\(KnownHosts.gatewayAlias)", "ExitOnForwardFailure=yes", "ControlPath=none",
                "KexAlgorithms=curve25519-sha256",
            ] + (self.certificate.map { ["CertificateFile=\($0)"] } ?? [])
        return ["ssh", "-v", "-F", "none", "-i", self.key, "-p", "\(self.port)", "-l", self.user]
            + options.flatMap { ["-o", $0] } + arguments + ["--", "127.0.0.1"] + command
    }

    func run(_ arguments: [String], command: [String] = []) async throws -> Program.Outcome {
        try await self.scratch.run(self.line(arguments, command: command))
    }

    func start(_ arguments: [String]) throws -> Program { try self.scratch.start(self.line(arguments)) }
}

extension Program.Outcome {
    /// Whether ssh got in, as `ssh -v` tells.
    var isAuthenticated: Bool { self.errorText.contains("Authenticated to ") }
    /// Whether sshd refused whatever ssh had to show. After two tries, such as a certificate and its plain key, it hangs up.
    var isTurnedAway: Bool {
        let reasons = ["Permission denied (publickey)", "Too many authentication failures"]
        return self.status == 255 && !self.isAuthenticated && reasons.contains { self.errorText.contains($0) }
    }
}
