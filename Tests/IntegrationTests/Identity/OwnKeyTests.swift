import Foundation
import Testing
import WatchmanCore
import WatchmanSystem

/// `connect --identity`: certificates for a key that the person brings along.
@Suite(.sharedServer, .logs) struct OwnKeyTests {
    /// Starts an ssh-agent and gives the environment in which it is found.
    private static func agent(_ server: ServerFixture, _ keys: [String]) async throws -> [String: String] {
        let folder = try server.openFolder()
        let environment = ["SSH_AUTH_SOCK": "\(folder)/agent", "XDG_CACHE_HOME": "\(folder)/cache"]
        _ = try server.scratch.start(["ssh-agent", "-D", "-a", "\(folder)/agent"])
        try await Wait.until("ssh-agent") { UnixSocket.answers("\(folder)/agent") }
        for key in keys {
            let added = try await server.scratch.run(["ssh-add", "-q", key], environment: environment)
            try #require(added.status == 0, "\(added.errorText)")
        }
        return environment
    }

    private static func files(_ environment: [String: String]) -> [String] {
        let folder = "\(environment["XDG_CACHE_HOME"] ?? "")/watchman/devices"
        return FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    }

    @Test(arguments: ["agent", "file", "file whose private half is in the agent"])
    func `the device meets the person's own key`(kind: String) async throws {
        let (server, device) = (try SharedServer.server, try SharedServer.device)
        let key = SSHPrivateKey.generate()
        let file = try server.writeKey(key)
        let environment = try await Self.agent(server, kind == "file" ? [] : [file])
        if kind == "file whose private half is in the agent" { try FileManager.default.removeItem(atPath: file) }
        let result = try await server.watchman(
            "connect", "edge-1", "--identity", kind == "agent" ? "agent" : "\(file).pub", "--", "echo in",
            environment: environment)
        #expect(result.text == "in\n", "\(result.errorText)")
        #expect(device.sshd.log.contains("ED25519-CERT \(key.publicKey.fingerprint) ID \(device.id) "))
        #expect(!Self.files(environment).contains { $0.hasSuffix("id_ed25519") }, "no other key is made")
    }

    @Test func `plain ssh goes that way, too`() async throws {
        let server = try SharedServer.server
        let key = SSHPrivateKey.generate()
        let environment = try await Self.agent(server, [try server.writeKey(key)])
            .merging(["WATCHMAN_SOCKET": server.socket]) { $1 }
        let configuration = try await server.watchman(
            "devices", "ssh-config", "--identity", "agent", environment: environment)
        let file = "\(try server.openFolder())/ssh.conf"
        try WholeFile.write(configuration.output, to: file, mode: 0o600)
        let result = try await server.scratch.run(
            ["ssh", "-F", file, "edge-1.wm", "echo in"], environment: environment)
        #expect(result.text == "in\n", "\(result.errorText)")
        #expect(try SharedServer.device.sshd.log.contains(key.publicKey.fingerprint))
    }

    @Test func `an agent without keys is named`() async throws {
        let server = try SharedServer.server
        let environment = try await Self.agent(server, [])
        let result = try await server.watchman("connect", "edge-1", "--identity", "agent", environment: environment)
        #expect(result.status == 69)
        #expect(result.errorLines.last == "watchman: hint: ssh-add")
    }

    @Test func `a security token's key is certified as ssh-keygen reads it`() async throws {
        let (server, device) = (try SharedServer.server, try SharedServer.device)
        // The key of RFC 8032's first test, as a token would show it.
        let line =
            "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1EaAAAABHNzaDo="
        let grant = try await server.grant(device.id, try SSHPublicKey(line: line))
        for certificate in [grant.gatewayCertificate, grant.deviceCertificate] {
            let file = "\(try server.openFolder())/token-cert.pub"
            try WholeFile.write(certificate, to: file, mode: 0o600)
            let read = try await server.scratch.run(["ssh-keygen", "-L", "-f", file])
            #expect(read.status == 0, "\(read.errorText)")
            #expect(read.text.contains("Type: sk-ssh-ed25519-cert-v01@openssh.com user certificate"))
            #expect(read.text.contains("ED25519-SK-CERT"))
        }
    }
}
