import Testing

@testable import WatchmanCore

@Suite struct SSHCertificateTests {
    static let start: UInt64 = 1_767_225_600  // 2026-01-01 00:00:00 UTC

    static let user = SSHCertificate(
        role: .user([.pty, .portForwarding], from: ["127.0.0.1/32", "::1/128"]), keyID: "alice:1",
        principals: ["wm-edge1", "wm-jump"], serial: 7, validAfter: start, validBefore: start + 300)

    @Test func `certificates have the bytes that ssh-keygen writes`() throws {
        let forever = SSHCertificate(
            role: .user([.agentForwarding, .portForwarding, .pty], from: []), keyID: "bob", principals: ["root"],
            serial: 0, validAfter: 0, validBefore: .max)
        let host = SSHCertificate(
            role: .host, keyID: "gw", principals: ["gateway.example", "192.0.2.1"], serial: 8,
            validAfter: Self.start, validBefore: Self.start + 300)
        try Self.expect(Self.user, for: SSHFixtures.ed25519Line, is: SSHFixtures.ed25519Certificate)
        try Self.expect(forever, for: SSHFixtures.rsaLine, is: SSHFixtures.rsaCertificate)
        try Self.expect(host, for: SSHFixtures.p256Line, is: SSHFixtures.p256Certificate)
    }

    @Test func `two certificates of the same fields differ in their nonce`() throws {
        let key = SSHPrivateKey.generate()
        #expect(try Self.user.sign(key.publicKey, with: key) != Self.user.sign(key.publicKey, with: key))
    }

    @Test func `a certificate without principals is not signed`() {
        Self.refuse { $0.principals = [] }
        Self.refuse { $0.principals = [String](repeating: "a", count: 257) }
    }

    @Test(arguments: ["", "a,b", "a\tb", "a\n", "a\r\n", "a\0", "*", "é", "a\u{301}", "\"", "(", "a)"])
    func `a name with bytes of lists, logs or patterns is not signed`(name: String) {
        Self.refuse { $0.principals = ["good", name] }
        Self.refuse { $0.keyID = name }
    }

    @Test func `a key id may have several words and a principal only one`() throws {
        let key = SSHPrivateKey.generate()
        var certificate = Self.user
        certificate.keyID = "edge-1 key:admin"
        _ = try certificate.sign(key.publicKey, with: key)
        Self.refuse { $0.principals = ["edge-1 admin"] }
    }

    @Test func `a name over 255 bytes is not signed`() {
        let name = String(repeating: "a", count: 256)
        Self.refuse { $0.principals = [name] }
        Self.refuse { $0.keyID = name }
    }

    @Test(arguments: ["", "127.0.0.1,::1", "127.0.0.1 ", "!10.0.0.1", "*", "\u{301}"])
    func `a source address with other bytes is not signed`(address: String) {
        Self.refuse { $0.role = .user([], from: [address]) }
    }

    @Test func `a certificate that is never valid is not signed`() {
        Self.refuse { $0.validBefore = $0.validAfter }
        Self.refuse { ($0.validAfter, $0.validBefore) = (.max, 0) }
    }

    @Test func `an rsa key is no authority`() throws {
        let rsa = try SSHPrivateKey(text: SSHFixtures.rsaKey)
        #expect(throws: SSHFormatError.self) { try Self.user.sign(rsa.publicKey, with: rsa) }
    }

    @Test func `a certificate is not a key that can be certified or parsed`() throws {
        let key = SSHPrivateKey.generate()
        let line = try Self.user.sign(key.publicKey, with: key)
        #expect(throws: SSHFormatError.self) { try SSHPublicKey(line: line) }
    }

    private static func refuse(_ change: (inout SSHCertificate) -> Void) {
        var certificate = user
        change(&certificate)
        let key = SSHPrivateKey.generate()
        #expect(throws: SSHFormatError.self) { try certificate.sign(key.publicKey, with: key) }
    }

    /// Signs with the nonce of the expected line; ed25519 has no other randomness.
    private static func expect(_ certificate: SSHCertificate, for line: String, is expected: String) throws {
        let base64 = expected.utf8.drop { $0 != UInt8(ascii: " ") }.dropFirst()
        var reader = try SSHReader(try SSHArmor.base64(base64))
        _ = try reader.string()
        let nonce = Array(try reader.string())
        let authority = try SSHPrivateKey(text: SSHFixtures.authorityKey)
        #expect(try certificate.sign(try SSHPublicKey(line: line), with: authority, nonce: nonce) == expected)
    }
}
