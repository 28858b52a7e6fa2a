import Crypto
import CryptoExtras

/// An SSH private key that signs: ed25519, or RSA of 2048 to 8192 bits.
///
/// It prints as `<redacted>`, also in a dump.
public struct SSHPrivateKey: Sendable {
    enum Material: Sendable {
        case ed25519(Curve25519.Signing.PrivateKey)
        case rsa(_RSA.Signing.PrivateKey)
    }

    let material: Material

    /// The public half.
    public let publicKey: SSHPublicKey

    /// Makes a new ed25519 key.
    public static func generate() -> SSHPrivateKey {
        SSHPrivateKey(ed25519: Curve25519.Signing.PrivateKey())
    }

    /// Reads the text of an unencrypted private key file, as `ssh-keygen` writes it for ed25519 and RSA.
    ///
    /// Takes the OpenSSH format, and PKCS#1 and PKCS#8 PEM for RSA (`ssh-keygen -m PEM` and `-m PKCS8`). Throws for
    /// keys with a passphrase and for every other type.
    public init(text: String) throws(SSHFormatError) {
        guard text.utf8.count <= SSHReader.limit else { throw .tooLarge }
        if SSHArmor.holds("RSA PRIVATE KEY", in: text) || SSHArmor.holds("PRIVATE KEY", in: text) {
            guard let key = try? _RSA.Signing.PrivateKey(pemRepresentation: text) else {
                throw .unsupported("private key in PEM is not an rsa key of 2048 to 8192 bits without a passphrase")
            }
            try self.init(rsa: key)
        } else {
            try self.init(openSSH: try SSHArmor.decode(text, label: Self.openSSHLabel))
        }
    }

    init(ed25519 key: Curve25519.Signing.PrivateKey) {
        material = .ed25519(key)
        publicKey = SSHPublicKey(ed25519: key.publicKey)
    }

    init(rsa key: _RSA.Signing.PrivateKey) throws(SSHFormatError) {
        guard let numbers = try? key.publicKey.getKeyPrimitives() else {
            throw .malformed("rsa private key has no public half")
        }
        material = .rsa(key)
        publicKey = try SSHPublicKey(
            blob: .ssh {
                $0.string(SSHPublicKey.Algorithm.rsa.rawValue)
                $0.mpint(numbers.publicExponent)
                $0.mpint(numbers.modulus)
            })
    }

    /// The private key file's text: the OpenSSH format for ed25519, PKCS#1 PEM for RSA; `ssh` reads both.
    ///
    /// It is the secret itself: write it to a file of mode 0600 only.
    public var text: String {
        switch material {
        case .ed25519(let key): SSHArmor.encode(Self.openSSH(key), label: Self.openSSHLabel)
        case .rsa(let key): key.pemRepresentation
        }
    }
}

extension SSHPrivateKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `<redacted>`.
    public var description: String { "<redacted>" }

    /// `<redacted>`.
    public var debugDescription: String { description }

    /// Shows no members.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
