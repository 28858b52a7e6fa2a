import Crypto
import CryptoExtras

/// The `openssh-key-v1` format (OpenSSH's PROTOCOL.key), without encryption.
extension SSHPrivateKey {
    static let openSSHLabel = "OPENSSH PRIVATE KEY"
    private static let magic = "openssh-key-v1\0"

    init(openSSH bytes: [UInt8]) throws(SSHFormatError) {
        var reader = try SSHReader(bytes)
        guard try reader.bytes(Self.magic.utf8.count).elementsEqual(Self.magic.utf8) else {
            throw .malformed("private key is not of format openssh-key-v1")
        }
        let encrypted = SSHFormatError.unsupported(
            "private key has a passphrase: remove it with `ssh-keygen -p -f FILE`")
        try reader.expect("none", or: encrypted)
        try reader.expect("none", or: encrypted)
        try reader.expect("", or: encrypted)
        guard try reader.uint32() == 1 else { throw .unsupported("private key file does not hold exactly one key") }
        let publicKey = try SSHPublicKey(blob: Array(try reader.string()))
        let section = try reader.string()
        try reader.end()
        try self.init(section: section)
        guard self.publicKey == publicKey else { throw .malformed("private key does not belong to its public key") }
    }

    private init(section: ArraySlice<UInt8>) throws(SSHFormatError) {
        var reader = try SSHReader(section)
        guard try reader.uint32() == (try reader.uint32()) else {
            throw .malformed("private key fails its own check")
        }
        switch try SSHPublicKey.Algorithm(name: try reader.string()) {
        case .ed25519: self.init(ed25519: try Self.readEd25519(&reader))
        case .rsa: try self.init(rsa: try Self.readRSA(&reader))
        case .p256, .p384, .p521, .tokenEd25519, .tokenP256:
            throw .unsupported("private key is not an ed25519 or rsa key")
        }
        _ = try reader.string()  // the comment
        let padding = reader.remainder
        guard padding.count < 8, padding.elementsEqual((1..<8).prefix(padding.count)) else {
            throw .malformed("private key is badly padded")
        }
    }

    private static func readEd25519(
        _ reader: inout SSHReader
    ) throws(SSHFormatError) -> Curve25519.Signing.PrivateKey {
        let publicHalf = try reader.string()
        let secret = try reader.string()
        guard secret.count == 64, secret.suffix(32) == publicHalf,
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: secret.prefix(32)),
            key.publicKey.rawRepresentation.elementsEqual(publicHalf)
        else { throw .malformed("ed25519 private key is not a seed and its public key") }
        return key
    }

    private static func readRSA(_ reader: inout SSHReader) throws(SSHFormatError) -> _RSA.Signing.PrivateKey {
        let modulus = try reader.mpint()
        let exponent = try reader.mpint()
        let secret = try reader.mpint()
        _ = try reader.mpint()  // the inverse of q, which the library computes again
        let p = try reader.mpint()
        let q = try reader.mpint()
        // Bounds before the library's arithmetic; it checks the numbers against each other afterwards.
        guard modulus.count <= 1024, p.count + q.count <= modulus.count + 1, secret.count <= modulus.count,
            p.last.map({ $0 & 1 }) == 1, q.last.map({ $0 & 1 }) == 1,
            let key = try? _RSA.Signing.PrivateKey(n: modulus, e: exponent, d: secret, p: p, q: q)
        else { throw .malformed("rsa private key is not a valid one of 2048 to 8192 bits") }
        return key
    }

    static func openSSH(_ key: Curve25519.Signing.PrivateKey, check: UInt32 = .random(in: 0 ... .max)) -> [UInt8] {
        let publicKey = SSHPublicKey(ed25519: key.publicKey)
        let section = [UInt8].ssh {
            $0.uint32(check)
            $0.uint32(check)
            $0.string(publicKey.type)
            $0.string(key.publicKey.rawRepresentation)
            $0.string(Array(key.rawRepresentation) + Array(key.publicKey.rawRepresentation))
            $0.string("")
        }
        let padding: [UInt8] = Array((1..<8).prefix((8 - section.count % 8) % 8))
        return .ssh {
            $0.append(magic.utf8)
            $0.string("none")
            $0.string("none")
            $0.string("")
            $0.uint32(1)
            $0.string(publicKey.blob)
            $0.string(section + padding)
        }
    }
}
