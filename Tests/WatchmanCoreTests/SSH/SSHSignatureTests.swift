import Testing

@testable import WatchmanCore

@Suite struct SSHSignatureTests {
    static let message = Array("watchman".utf8)
    static let namespace = "watchman-test"

    @Test(arguments: SSHFixtures.Signature.allCases)
    func `a signature of ssh-keygen is accepted`(fixture: SSHFixtures.Signature) throws {
        let blob = try SSHArmor.base64(fixture.base64.utf8)
        try Self.verify(blob, by: try SSHPublicKey(line: fixture.line))
    }

    @Test(arguments: [(SSHFixtures.KeyFile.ed25519, SSHFixtures.Signature.ed25519), (.rsa, .rsa)])
    func `a signature has the bytes that ssh-keygen writes`(
        file: SSHFixtures.KeyFile, fixture: SSHFixtures.Signature
    ) throws {
        let key = try SSHPrivateKey(text: file.text)
        let blob = try SSHSignature.sign(Self.message, namespace: Self.namespace, with: key)
        #expect(try SSHArmor.base64(fixture.base64.utf8) == blob)
    }

    @Test(arguments: [0, 1, 100_000])
    func `a message of any size is signed`(size: Int) throws {
        let message = [UInt8](repeating: 0xff, count: size)
        let key = SSHPrivateKey.generate()
        let blob = try SSHSignature.sign(message, namespace: Self.namespace, with: key)
        try SSHSignature.verify(blob, of: message, namespace: Self.namespace, by: key.publicKey)
        #expect(throws: SSHFormatError.self) {
            try SSHSignature.verify(blob, of: message + [0], namespace: Self.namespace, by: key.publicKey)
        }
    }

    @Test(arguments: ["", "watchman-tes", "watchman-test ", "Watchman-test", "watchman-test\u{301}"])
    func `another namespace is refused`(namespace: String) throws {
        let blob = try SSHArmor.base64(SSHFixtures.ed25519Signature.utf8)
        let key = try SSHPublicKey(line: SSHFixtures.ed25519Line)
        #expect(throws: SSHFormatError.self) {
            try SSHSignature.verify(blob, of: Self.message, namespace: namespace, by: key)
        }
    }

    @Test func `an empty namespace is not signed`() {
        #expect(throws: SSHFormatError.self) {
            try SSHSignature.sign([], namespace: "", with: .generate())
        }
    }

    @Test func `a signature by another key is refused`() throws {
        let blob = try SSHArmor.base64(SSHFixtures.ed25519Signature.utf8)
        for key in [SSHPrivateKey.generate().publicKey, try SSHPublicKey(line: SSHFixtures.rsaLine)] {
            #expect(throws: SSHFormatError.signature("signature is by another key")) { try Self.verify(blob, by: key) }
        }
    }

    @Test func `a valid signature by an ecdsa key is refused`() throws {
        let blob = try SSHArmor.base64(SSHFixtures.p256Signature.utf8)
        #expect(throws: SSHFormatError.self) { try Self.verify(blob, by: try SSHPublicKey(line: SSHFixtures.p256Line)) }
    }

    @Test(arguments: ["sha1", "md5", "SHA512", "sha384", ""])
    func `another hash is refused`(hash: String) throws {
        try Self.refuse(.unsupported("signature is not over sha256 or sha512")) { $0.hash = hash }
    }

    @Test func `the other hash in place of the signed one is refused`() throws {
        try Self.refuse(.signature("signature does not match the message")) { $0.hash = "sha256" }
    }

    @Test(arguments: ["ssh-rsa", "ssh-ed25519", "rsa-sha2-384", ""])
    func `an rsa signature with another algorithm name is refused`(name: String) throws {
        let error = SSHFormatError.unsupported(
            "signature is not ssh-ed25519, rsa-sha2-256 or rsa-sha2-512 by such a key")
        try Self.refuse(error) { $0.algorithm = name }
    }

    @Test func `an rsa signature with the name of the other hash is refused`() throws {
        try Self.refuse(.signature("signature does not match the message")) { $0.algorithm = "rsa-sha2-256" }
    }

    @Test func `another version or a used reserved field is refused`() throws {
        try Self.refuse(.malformed("signature is not of format SSHSIG 1")) { $0.version = 2 }
        try Self.refuse(.malformed("signature uses its reserved field")) { $0.reserved = "x" }
    }

    @Test(arguments: SSHFixtures.Signature.allCases)
    func `every cut, lengthened or damaged signature is refused`(fixture: SSHFixtures.Signature) throws {
        let blob = try SSHArmor.base64(fixture.base64.utf8)
        let key = try SSHPublicKey(line: fixture.line)
        var hostile = Array(HostileBytes.truncations(of: blob)) + [blob + [0]]
        hostile += HostileBytes.mutations(of: blob, count: 1000, seed: 5)
        for bytes in hostile where bytes != blob {
            #expect(throws: SSHFormatError.self) { try Self.verify(bytes, by: key) }
        }
    }

    private static func verify(_ blob: [UInt8], by key: SSHPublicKey) throws {
        try SSHSignature.verify(blob, of: message, namespace: namespace, by: key)
    }

    /// Changes a field of the RSA fixture and demands exactly this error.
    private static func refuse(_ error: SSHFormatError, _ change: (inout Fields) -> Void) throws {
        let key = try SSHPublicKey(line: SSHFixtures.rsaLine)
        var fields = try Fields(blob: try SSHArmor.base64(SSHFixtures.rsaSignature.utf8))
        try verify(fields.blob, by: key)
        change(&fields)
        #expect(throws: error) { try verify(fields.blob, by: key) }
    }

    /// The fields of an SSHSIG blob.
    private struct Fields {
        var version: UInt32
        var key: ArraySlice<UInt8>
        var namespace: ArraySlice<UInt8>
        var reserved: String
        var hash: String
        var algorithm: String
        var signature: ArraySlice<UInt8>

        init(blob: [UInt8]) throws {
            var reader = try SSHReader(blob)
            _ = try reader.bytes(6)
            version = try reader.uint32()
            key = try reader.string()
            namespace = try reader.string()
            reserved = String(decoding: try reader.string(), as: UTF8.self)
            hash = String(decoding: try reader.string(), as: UTF8.self)
            var inner = try SSHReader(try reader.string())
            algorithm = String(decoding: try inner.string(), as: UTF8.self)
            signature = try inner.string()
        }

        var blob: [UInt8] {
            let inner = [UInt8].ssh {
                $0.string(algorithm)
                $0.string(signature)
            }
            return .ssh {
                $0.append("SSHSIG".utf8)
                $0.uint32(version)
                $0.string(key)
                $0.string(namespace)
                $0.string(reserved)
                $0.string(hash)
                $0.string(inner)
            }
        }
    }
}
