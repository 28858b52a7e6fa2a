import Crypto
import CryptoExtras

/// Signatures over messages in the SSHSIG format (OpenSSH's PROTOCOL.sshsig), as `ssh-keygen -Y` makes and checks.
public enum SSHSignature {
    private static let magic = "SSHSIG"

    private enum Hash: String, CaseIterable {
        case sha256, sha512

        func digest(_ message: [UInt8]) -> [UInt8] {
            switch self {
            case .sha256: Array(SHA256.hash(data: message))
            case .sha512: Array(SHA512.hash(data: message))
            }
        }
    }

    /// Signs `message` and returns the binary signature, without armour.
    ///
    /// The namespace keeps a signature made for one purpose from being used for another; throws when it is empty.
    public static func sign(
        _ message: [UInt8], namespace: String, with key: SSHPrivateKey
    ) throws(SSHFormatError) -> [UInt8] {
        guard !namespace.isEmpty else { throw .signature("signature has an empty namespace") }
        let hash = Hash.sha512
        let signature = try key.signatureBlob(for: signedData(message, namespace: namespace, hash: hash))
        return .ssh {
            $0.append(magic.utf8)
            $0.uint32(1)
            $0.string(key.publicKey.blob)
            $0.string(namespace)
            $0.string("")
            $0.string(hash.rawValue)
            $0.string(signature)
        }
    }

    /// Returns only if `blob` is a signature over `message` in exactly `namespace` by `key`, ed25519 or RSA.
    ///
    /// Throws in every other case: another key or namespace, an unknown hash or algorithm, data after the end.
    public static func verify(
        _ blob: [UInt8], of message: [UInt8], namespace: String, by key: SSHPublicKey
    ) throws(SSHFormatError) {
        guard !namespace.isEmpty else { throw .signature("signature has an empty namespace") }
        var reader = try SSHReader(blob)
        guard try reader.bytes(magic.utf8.count).elementsEqual(magic.utf8), try reader.uint32() == 1 else {
            throw .malformed("signature is not of format SSHSIG 1")
        }
        guard try reader.string().elementsEqual(key.blob) else { throw .signature("signature is by another key") }
        try reader.expect(namespace, or: .signature("signature is for another purpose"))
        try reader.expect("", or: .malformed("signature uses its reserved field"))
        let name = try reader.string()
        guard let hash = Hash.allCases.first(where: { $0.rawValue.utf8.elementsEqual(name) }) else {
            throw .unsupported("signature is not over sha256 or sha512")
        }
        let signature = try reader.string()
        try reader.end()
        try key.check(signature, over: signedData(message, namespace: namespace, hash: hash))
    }

    private static func signedData(_ message: [UInt8], namespace: String, hash: Hash) -> [UInt8] {
        .ssh {
            $0.append(magic.utf8)
            $0.string(namespace)
            $0.string("")
            $0.string(hash.rawValue)
            $0.string(hash.digest(message))
        }
    }
}

extension SSHPrivateKey {
    /// A signature with its algorithm's name: `ssh-ed25519` (RFC 8709) or `rsa-sha2-512` (RFC 8332).
    func signatureBlob(for data: [UInt8]) throws(SSHFormatError) -> [UInt8] {
        do {
            switch material {
            case .ed25519(let key):
                let signature = try key.signature(for: data)
                return .ssh {
                    $0.string("ssh-ed25519")
                    $0.string(signature)
                }
            case .rsa(let key):
                let signature = try key.signature(for: SHA512.hash(data: data), padding: .insecurePKCS1v1_5)
                return .ssh {
                    $0.string("rsa-sha2-512")
                    $0.string(signature.rawRepresentation)
                }
            }
        } catch {
            throw .signature("signature cannot be made with this key")
        }
    }
}

extension SSHPublicKey {
    /// Returns only if `signature`, which names its algorithm, is this key's over `data`.
    func check(_ signature: ArraySlice<UInt8>, over data: [UInt8]) throws(SSHFormatError) {
        var reader = try SSHReader(signature)
        let name = try reader.string()
        let raw = Array(try reader.string())
        try reader.end()
        let valid =
            switch try Material(blob: blob) {
            case .ed25519(let key) where name.elementsEqual("ssh-ed25519".utf8):
                key.isValidSignature(raw, for: data)
            case .rsa(let key) where name.elementsEqual("rsa-sha2-256".utf8):
                key.isValidSignature(
                    .init(rawRepresentation: raw), for: SHA256.hash(data: data), padding: .insecurePKCS1v1_5)
            case .rsa(let key) where name.elementsEqual("rsa-sha2-512".utf8):
                key.isValidSignature(
                    .init(rawRepresentation: raw), for: SHA512.hash(data: data), padding: .insecurePKCS1v1_5)
            case .ed25519, .rsa, .other:
                throw .unsupported("signature is not ssh-ed25519, rsa-sha2-256 or rsa-sha2-512 by such a key")
            }
        guard valid else { throw .signature("signature does not match the message") }
    }
}
