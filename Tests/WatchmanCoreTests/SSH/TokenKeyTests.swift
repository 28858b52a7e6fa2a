import Crypto
import Foundation
import Testing

@testable import WatchmanCore

/// Keys of security tokens (OpenSSH's PROTOCOL.u2f): certified, and never trusted to sign a call.
@Suite struct TokenKeyTests {
    private static let ed25519 = SSHPrivateKey.generate().publicKey.blob.suffix(32)
    private static let point = P256.Signing.PrivateKey().publicKey.x963Representation

    private static func ed25519(application: String = "ssh:", key: some Collection<UInt8> = ed25519) -> [UInt8] {
        .ssh {
            $0.string("sk-ssh-ed25519@openssh.com")
            $0.string(Array(key))
            $0.string(application)
        }
    }

    private static func p256(curve: String = "nistp256", point: Data = point) -> [UInt8] {
        .ssh {
            $0.string("sk-ecdsa-sha2-nistp256@openssh.com")
            $0.string(curve)
            $0.string(point)
            $0.string("ssh:")
        }
    }

    @Test func `both kinds are read, and written as they were`() throws {
        for blob in [Self.ed25519(), Self.p256()] {
            let key = try SSHPublicKey(blob: blob)
            let again = try SSHPublicKey(line: "\(key.line) ann@token")
            #expect(again == key && again.blob == blob)
        }
    }

    @Test func `what is damaged is refused`() {
        let bad = [
            Self.ed25519(application: ""), Self.ed25519(application: "ssh:\n"),
            Self.ed25519(application: String(repeating: "a", count: 257)),
            Self.ed25519(key: [UInt8](repeating: 1, count: 31)),
            Self.p256(curve: "nistp384"), Self.p256(point: Self.point.dropLast()), Self.p256() + [0],
            Array(Self.p256().dropLast()),
            Array(Self.ed25519().dropLast(8)),
        ]
        for blob in bad { #expect(throws: SSHFormatError.self) { try SSHPublicKey(blob: blob) } }
    }

    @Test func `a certificate has the name and the fields that OpenSSH expects`() throws {
        let authority = SSHPrivateKey.generate()
        for (blob, type) in [
            (Self.ed25519(), "sk-ssh-ed25519-cert-v01@openssh.com"),
            (Self.p256(), "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com"),
        ] {
            let line = try SSHCertificate(
                role: .user([.pty], from: []), keyID: "id", principals: ["wm-a"], serial: 7, validAfter: 0,
                validBefore: .max
            ).sign(try SSHPublicKey(blob: blob), with: authority)
            let words = line.split(separator: " ")
            #expect(words[0] == type)
            var reader = try SSHReader(Array(try #require(Data(base64Encoded: String(words[1])))))
            #expect(try reader.string().elementsEqual(type.utf8))
            #expect(try reader.string().count == 32)
            var plain = try SSHReader(blob)
            _ = try plain.string()
            #expect(reader.remainder.starts(with: plain.remainder))
        }
    }

    @Test func `a signature by such a key is not taken`() throws {
        let signer = SSHPrivateKey.generate()
        let signature = try SSHSignature.sign([1], namespace: "n", with: signer)
        let key = try SSHPublicKey(blob: Self.ed25519(key: signer.publicKey.blob.suffix(32)))
        #expect(throws: SSHFormatError.self) { try SSHSignature.verify(signature, of: [1], namespace: "n", by: key) }
        var reader = try SSHReader(signature)
        _ = try reader.bytes(10)
        _ = try reader.string()
        let forged =
            [UInt8].ssh {
                $0.append(Array("SSHSIG".utf8))
                $0.uint32(1)
                $0.string(key.blob)
            } + reader.remainder
        #expect(throws: SSHFormatError.self) { try SSHSignature.verify(forged, of: [1], namespace: "n", by: key) }
    }
}
