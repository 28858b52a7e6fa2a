import Testing

@testable import WatchmanCore

@Suite struct SSHPrivateKeyTests {
    @Test(arguments: SSHFixtures.KeyFile.allCases)
    func `a key file of ssh-keygen has its public key`(file: SSHFixtures.KeyFile) throws {
        let key = try SSHPrivateKey(text: file.text)
        #expect(key.publicKey.line == file.line)
        #expect(try SSHPrivateKey(text: key.text).publicKey == key.publicKey)
    }

    @Test func `an ed25519 key is written as ssh-keygen writes it`() throws {
        let original = try SSHArmor.decode(SSHFixtures.ed25519Key, label: SSHPrivateKey.openSSHLabel)
        var section = try SSHReader(try Self.section(of: original))
        guard case .ed25519(let key) = try SSHPrivateKey(text: SSHFixtures.ed25519Key).material else {
            Issue.record("the fixture is not an ed25519 key")
            return
        }
        #expect(SSHPrivateKey.openSSH(key, check: try section.uint32()) == original)
    }

    @Test func `a generated key survives its file`() throws {
        let key = SSHPrivateKey.generate()
        #expect(key.publicKey.type == "ssh-ed25519")
        #expect(try SSHPrivateKey(text: key.text).publicKey == key.publicKey)
        #expect(SSHPrivateKey.generate().publicKey != key.publicKey)
    }

    @Test func `a key prints nothing of itself`() throws {
        let key = SSHPrivateKey.generate()
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), String(describing: Optional(key)), dumped] {
            #expect(text.utf8.count < 40)
            #expect(text.contains("<redacted>"))
        }
    }

    @Test func `a key with a passphrase is refused with the command that removes it`() {
        let error = SSHFormatError.unsupported("private key has a passphrase: remove it with `ssh-keygen -p -f FILE`")
        #expect(throws: error) { try SSHPrivateKey(text: SSHFixtures.encryptedKey) }
    }

    @Test func `encrypted PEM and other types are refused`() {
        let headers = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00000000000000000000000000000000\n\n"
        let encrypted = SSHFixtures.rsaPKCS1Key.replacing("KEY-----\nM", with: "KEY-----\n\(headers)M")
        for text in [SSHFixtures.p256Key, encrypted, SSHFixtures.ed25519Line, ""] {
            #expect(throws: SSHFormatError.self) { try SSHPrivateKey(text: text) }
        }
    }

    @Test func `a key file with another public key is refused`() throws {
        let original = try SSHArmor.decode(SSHFixtures.ed25519Key, label: SSHPrivateKey.openSSHLabel)
        let bytes = Self.file(of: SSHPrivateKey.generate().publicKey, section: try Self.section(of: original))
        #expect(throws: SSHFormatError.malformed("private key does not belong to its public key")) {
            try SSHPrivateKey(openSSH: bytes)
        }
    }

    @Test(arguments: [(1...255).map { $0 } + [0, 1], [1, 2, 3, 4, 5, 6, 7, 8], [2], [0], [1, 2, 4]])
    func `wrong padding is refused`(padding: [UInt8]) throws {
        let original = try SSHArmor.decode(SSHFixtures.ed25519Key, label: SSHPrivateKey.openSSHLabel)
        // Without a comment an ed25519 section is 131 bytes and has five bytes of padding.
        let section = try Self.section(of: original).dropLast(5)
        let key = try SSHPublicKey(line: SSHFixtures.ed25519Line)
        _ = try SSHPrivateKey(openSSH: Self.file(of: key, section: section))
        #expect(throws: SSHFormatError.malformed("private key is badly padded")) {
            try SSHPrivateKey(openSSH: Self.file(of: key, section: section + padding))
        }
    }

    @Test(arguments: [SSHFixtures.KeyFile.ed25519, .rsa])
    func `every cut key is refused`(file: SSHFixtures.KeyFile) throws {
        let bytes = try SSHArmor.decode(file.text, label: SSHPrivateKey.openSSHLabel)
        for cut in HostileBytes.truncations(of: bytes) {
            #expect(throws: SSHFormatError.self) { try SSHPrivateKey(openSSH: cut) }
        }
    }

    @Test(arguments: [SSHFixtures.KeyFile.ed25519, .rsa])
    func `a damaged key is refused or is itself a key`(file: SSHFixtures.KeyFile) throws {
        let bytes = try SSHArmor.decode(file.text, label: SSHPrivateKey.openSSHLabel)
        for damaged in HostileBytes.mutations(of: bytes, count: 300, seed: 3) {
            guard let key = try? SSHPrivateKey(openSSH: damaged) else { continue }
            #expect(try SSHPrivateKey(text: key.text).publicKey == key.publicKey)
        }
    }

    @Test(arguments: [SSHFixtures.KeyFile.pkcs1, .pkcs8])
    func `a damaged text is refused or is itself a key`(file: SSHFixtures.KeyFile) throws {
        for damaged in HostileBytes.mutations(of: Array(file.text.utf8), count: 300, seed: 4) {
            guard let key = try? SSHPrivateKey(text: String(decoding: damaged, as: UTF8.self)) else { continue }
            #expect(try SSHPrivateKey(text: key.text).publicKey == key.publicKey)
        }
    }

    private static func section(of file: [UInt8]) throws -> ArraySlice<UInt8> {
        var reader = try SSHReader(file)
        _ = try reader.bytes(15)
        for _ in 0..<3 { _ = try reader.string() }
        _ = try reader.uint32()
        _ = try reader.string()
        return try reader.string()
    }

    private static func file(of key: SSHPublicKey, section: ArraySlice<UInt8>) -> [UInt8] {
        .ssh {
            $0.append("openssh-key-v1\0".utf8)
            $0.string("none")
            $0.string("none")
            $0.string("")
            $0.uint32(1)
            $0.string(key.blob)
            $0.string(section)
        }
    }
}
