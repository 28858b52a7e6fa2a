import Crypto
import FoundationEssentials

/// An SSH public key: ssh-ed25519, ssh-rsa of 2048 to 8192 bits, ecdsa-sha2-nistp256, -nistp384 and -nistp521, or one of a security token
/// (`sk-`, OpenSSH's PROTOCOL.u2f).
///
/// Two keys are equal exactly when their blobs are. A value of this type holds a well-formed key, and its blob is
/// the only encoding of that key. Certificates are refused.
public struct SSHPublicKey: Hashable, Sendable {
    enum Algorithm: String, CaseIterable {
        case ed25519 = "ssh-ed25519"
        case rsa = "ssh-rsa"
        case p256 = "ecdsa-sha2-nistp256"
        case p384 = "ecdsa-sha2-nistp384"
        case p521 = "ecdsa-sha2-nistp521"
        case tokenEd25519 = "sk-ssh-ed25519@openssh.com"
        case tokenP256 = "sk-ecdsa-sha2-nistp256@openssh.com"

        init(name: some Sequence<UInt8>) throws(SSHFormatError) {
            let name = Array(name)
            guard let algorithm = Self.allCases.first(where: { $0.rawValue.utf8.elementsEqual(name) }) else {
                throw .unsupported("ssh key type is not ssh-ed25519, ssh-rsa, ecdsa-sha2-nistp256, 384 or 521, or sk-")
            }
            self = algorithm
        }
    }

    let algorithm: Algorithm

    /// The binary form of RFC 4253 section 6.6, which the base64 of a key line encodes.
    public let blob: [UInt8]

    /// The name that starts the key line, such as `ssh-ed25519`.
    public var type: String { algorithm.rawValue }

    /// The name that starts the line of a certificate for such a key.
    var certificateType: String {
        let suffix = "@openssh.com"
        let plain = type.hasSuffix(suffix) ? String(type.dropLast(suffix.count)) : type
        return "\(plain)-cert-v01\(suffix)"
    }

    /// The key as `type base64`, without a comment, options or a line end.
    public var line: String { "\(type) \(Data(blob).base64EncodedString())" }

    /// `SHA256:` and unpadded base64, as `ssh-keygen -l` prints it.
    public var fingerprint: String {
        let digest = Data(SHA256.hash(data: blob)).base64EncodedString()
        return "SHA256:\(digest.prefix { $0 != "=" })"
    }

    /// Reads the binary form.
    ///
    /// Throws when it is cut short, too long, of another type, or not a valid key of its type.
    public init(blob: [UInt8]) throws(SSHFormatError) {
        algorithm = try Material(blob: blob).algorithm
        self.blob = blob
    }

    /// Reads one line `type base64 [comment]` of a `.pub` or `authorized_keys` file; one line feed may end it.
    ///
    /// Throws for options in front of the type, control bytes, more than 16 KiB, and a blob of another type.
    public init(line: String) throws(SSHFormatError) {
        var bytes = Array(line.utf8)
        guard bytes.count <= SSHReader.limit else { throw .tooLarge }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
            throw .malformed("ssh key line has control bytes")
        }
        let fields = bytes.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
        guard fields.count >= 2 else { throw .malformed("ssh key line is not a type and base64") }
        let named = try Algorithm(name: fields[0])
        try self.init(blob: try SSHArmor.base64(fields[1]))
        guard algorithm == named else { throw .malformed("ssh key line names another type than its blob") }
    }

    /// Takes a key made in this process, which needs no check.
    init(ed25519 key: Curve25519.Signing.PublicKey) {
        algorithm = .ed25519
        blob = .ssh {
            $0.string(Algorithm.ed25519.rawValue)
            $0.string(key.rawRepresentation)
        }
    }
}

extension SSHPublicKey: Codable {
    /// Reads the one-line text; throws `DecodingError.dataCorrupted` with the reason when it is not a key.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let line = try container.decode(String.self)
        do {
            try self.init(line: line)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }

    /// Writes `line`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(line)
    }
}
