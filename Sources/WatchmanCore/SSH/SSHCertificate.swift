import Crypto
import FoundationEssentials

/// An OpenSSH certificate (OpenSSH's PROTOCOL.certkeys) before it is signed.
public struct SSHCertificate: Hashable, Sendable {
    /// What the holder proves with the certificate.
    public enum Role: Hashable, Sendable {
        /// A login: what it permits, and the CIDR blocks it must come from (none: from anywhere).
        case user(Set<Permission>, from: [String])
        /// The identity of a host; sshd gives it no options.
        case host
    }

    /// What a login may do beyond running a command.
    public enum Permission: String, Hashable, Sendable {
        /// Ask for a terminal.
        case pty = "permit-pty"
        /// Forward ports.
        case portForwarding = "permit-port-forwarding"
        /// Forward the authentication agent.
        case agentForwarding = "permit-agent-forwarding"
    }

    /// User or host.
    public var role: Role
    /// The name that sshd writes to its log for every use of the certificate.
    public var keyID: String
    /// The user or host names that the certificate stands for, at least one.
    public var principals: [String]
    /// The number of the certificate, which sshd logs and by which it can be revoked.
    public var serial: UInt64
    /// The first second in which it is valid, in Unix time; 0 for always.
    public var validAfter: UInt64
    /// The first second in which it is no longer valid, in Unix time; `UInt64.max` for never.
    public var validBefore: UInt64

    /// Collects the fields; `sign` checks them.
    public init(
        role: Role, keyID: String, principals: [String], serial: UInt64, validAfter: UInt64, validBefore: UInt64
    ) {
        self.role = role
        self.keyID = keyID
        self.principals = principals
        self.serial = serial
        self.validAfter = validAfter
        self.validBefore = validBefore
    }

    /// Signs the certificate for `key` and returns the one line `type base64` of a `-cert.pub` file.
    ///
    /// Throws when the authority is not an ed25519 key, when there are no principals (sshd once took that for
    /// everybody: CVE-2024-7594), when the validity is empty, and when a text has bytes that do not belong in it.
    public func sign(_ key: SSHPublicKey, with authority: SSHPrivateKey) throws(SSHFormatError) -> String {
        try sign(key, with: authority, nonce: (0..<32).map { _ in UInt8.random(in: 0 ... .max) })
    }

    func sign(_ key: SSHPublicKey, with authority: SSHPrivateKey, nonce: [UInt8]) throws(SSHFormatError) -> String {
        try check(authority)
        let type = key.certificateType
        var fields = try SSHReader(key.blob)
        _ = try fields.string()  // the plain key's type
        var writer = SSHWriter()
        writer.string(type)
        writer.string(nonce)
        writer.append(fields.remainder)
        writer.uint64(serial)
        writer.uint32(role == .host ? 2 : 1)
        writer.string(keyID)
        writer.string([UInt8].ssh { list in principals.forEach { list.string($0) } })
        writer.uint64(validAfter)
        writer.uint64(validBefore)
        writer.string(criticalOptions)
        writer.string(extensions)
        writer.string("")
        writer.string(authority.publicKey.blob)
        writer.string(try authority.signatureBlob(for: writer.bytes))
        return "\(type) \(Data(writer.bytes).base64EncodedString())"
    }

    private var criticalOptions: [UInt8] {
        guard case .user(_, let addresses) = role, !addresses.isEmpty else { return [] }
        return .ssh { options in
            options.string("source-address")
            options.string([UInt8].ssh { $0.string(addresses.joined(separator: ",")) })
        }
    }

    /// Sorted by name, as the format demands; the values are empty.
    private var extensions: [UInt8] {
        guard case .user(let permissions, _) = role else { return [] }
        return .ssh { options in
            for name in permissions.map(\.rawValue).sorted() {
                options.string(name)
                options.string("")
            }
        }
    }
}
