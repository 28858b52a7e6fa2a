import Crypto
import CryptoExtras

extension SSHPublicKey {
    /// What a blob holds, checked by the cryptographic library.
    enum Material {
        case ed25519(Curve25519.Signing.PublicKey)
        case rsa(_RSA.Signing.PublicKey)
        /// Any other key is pinned as a host key or certified, and never used here, so only its name is kept.
        case other(Algorithm)

        init(blob: [UInt8]) throws(SSHFormatError) {
            var reader = try SSHReader(blob)
            let algorithm = try Algorithm(name: try reader.string())
            switch algorithm {
            case .ed25519: self = .ed25519(try Self.ed25519(&reader))
            case .rsa: self = .rsa(try Self.rsa(&reader))
            case .p256: self = try Self.ecdsa(&reader, .p256) { _ = try P256.Signing.PublicKey(x963Representation: $0) }
            case .p384: self = try Self.ecdsa(&reader, .p384) { _ = try P384.Signing.PublicKey(x963Representation: $0) }
            case .p521: self = try Self.ecdsa(&reader, .p521) { _ = try P521.Signing.PublicKey(x963Representation: $0) }
            case .tokenEd25519:
                _ = try Self.ed25519(&reader)
                self = try Self.token(&reader, .tokenEd25519)
            case .tokenP256:
                _ = try Self.ecdsa(&reader, .p256) { _ = try P256.Signing.PublicKey(x963Representation: $0) }
                self = try Self.token(&reader, .tokenP256)
            }
            try reader.end()
        }

        var algorithm: Algorithm {
            switch self {
            case .ed25519: .ed25519
            case .rsa: .rsa
            case .other(let algorithm): algorithm
            }
        }

        private static func ed25519(
            _ reader: inout SSHReader
        ) throws(SSHFormatError) -> Curve25519.Signing.PublicKey {
            guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: try reader.string()) else {
                throw .malformed("ed25519 key is not 32 bytes")
            }
            return key
        }

        /// RFC 4253 section 6.6: e, then n. The library bounds both, which also bounds the cost of a verification.
        private static func rsa(_ reader: inout SSHReader) throws(SSHFormatError) -> _RSA.Signing.PublicKey {
            let exponent = try reader.mpint()
            let modulus = try reader.mpint()
            guard let key = try? _RSA.Signing.PublicKey(n: modulus, e: exponent) else {
                throw .malformed("rsa key is not a valid one of 2048 to 8192 bits")
            }
            return key
        }

        /// RFC 5656 section 3.1: the curve's name, then the uncompressed point.
        private static func ecdsa(
            _ reader: inout SSHReader, _ algorithm: Algorithm, check: ([UInt8]) throws -> Void
        ) throws(SSHFormatError) -> Self {
            let curve = String(algorithm.rawValue.dropFirst("ecdsa-sha2-".count))
            try reader.expect(curve, or: .malformed("ecdsa key names another curve than its type"))
            let point = Array(try reader.string())
            guard (try? check(point)) != nil else {
                throw .malformed("ecdsa key is not an uncompressed point of its curve")
            }
            return .other(algorithm)
        }

        /// PROTOCOL.u2f: the application that the token made the key for, such as `ssh:`, ends the blob.
        private static func token(_ reader: inout SSHReader, _ algorithm: Algorithm) throws(SSHFormatError) -> Self {
            let application = try reader.string()
            guard (1...256).contains(application.count), application.allSatisfy({ (0x20...0x7e).contains($0) }) else {
                throw .malformed("security token's application is not 1 to 256 visible characters")
            }
            return .other(algorithm)
        }
    }
}
