import Foundation
import Glibc
import WatchmanCore
import WatchmanSystem

/// An enrolled device that does what it should not. No sshd stands behind it.
struct Attacker: Sendable {
    let enrolment: Enrolment
    let ssh: SSHClient
    var port: Int { self.enrolment.port }

    static func enrol(_ server: ServerFixture) async throws -> Attacker {
        let key = SSHPrivateKey.generate()
        let enrolment = try await server.register(try await server.token(), hostname: "attacker", key: key)
        let file = try server.writeKey(key)
        try WholeFile.write(KnownHosts.gatewayLine(enrolment.hostAuthority), to: "\(file).hosts", mode: 0o600)
        let ssh = SSHClient(
            scratch: server.scratch, port: server.ports.gateway, user: ServerFixture.edgeUser, key: file,
            knownHosts: "\(file).hosts")
        return Attacker(enrolment: enrolment, ssh: ssh)
    }
}

extension ServerFixture {
    /// Writes a private key, and returns the file's path.
    func writeKey(_ key: SSHPrivateKey) throws -> String {
        let file = "\(self.folder)/key-\(RandomText.identifier(8))"
        try WholeFile.write(key.text, to: file, mode: 0o600)
        try WholeFile.write(key.publicKey.line + "\n", to: "\(file).pub", mode: 0o644)
        return file
    }

    /// An empty folder that everybody may write to.
    func openFolder() throws -> String {
        let folder = "\(self.folder)/open-\(RandomText.identifier(8))"
        try WholeFile.makeFolder(folder, mode: 0o777)
        return folder
    }
}
