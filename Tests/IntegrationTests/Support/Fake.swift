import Foundation
import WatchmanCore

/// What devices say that are not there.
enum Fake {
    static func registration(_ token: Credential, hostname: String, key: SSHPublicKey) -> RegistrationRequest {
        RegistrationRequest(
            tokenID: token.id, tokenSecret: token.secret, pin: token.pin, name: nil, publicKey: key,
            hostKeys: [SSHPrivateKey.generate().publicKey], facts: self.facts(hostname), clock: Date(),
            escrowsRootPassword: false)
    }

    /// Every text that a device chooses is `text`.
    static func facts(_ text: String) -> DeviceFacts {
        DeviceFacts(
            hostname: text, machineID: text, system: text, architecture: text, kernel: text, ssh: text, sshd: text,
            agentVersion: text)
    }
}
