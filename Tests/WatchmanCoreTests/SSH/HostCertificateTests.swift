import Foundation
import Testing

@testable import WatchmanCore

/// Whether a certificate is the one that makes devices know a gateway again.
@Suite struct HostCertificateTests {
    private static let (authority, key) = (SSHPrivateKey.generate(), SSHPrivateKey.generate())

    private static func line(
        _ role: SSHCertificate.Role = .host, name: String = "gateway.watchman", from: UInt64 = 0, to: UInt64 = .max,
        key: SSHPrivateKey = key, authority: SSHPrivateKey = authority
    ) throws -> String {
        try SSHCertificate(
            role: role, keyID: "gateway", principals: [name], serial: 0, validAfter: from, validBefore: to
        ).sign(key.publicKey, with: authority)
    }

    private static func check(_ line: String) throws {
        try SSHCertificate.checkHost(
            line, name: "gateway.watchman", key: self.key.publicKey, authority: self.authority.publicKey)
    }

    @Test func `the gateway's own is accepted`() throws {
        try Self.check(try Self.line())
        try Self.check(try Self.line() + " comment\n")
    }

    @Test func `any other is refused`() throws {
        let other = SSHPrivateKey.generate()
        for line in [
            try Self.line(name: "other.watchman"), try Self.line(.user([], from: [])), try Self.line(from: 1),
            try Self.line(to: 4_102_444_800), try Self.line(key: other), try Self.line(authority: other), "",
            "ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519-cert-v01@openssh.com AAAA", Self.key.publicKey.line,
        ] {
            #expect(throws: SSHFormatError.self) { try Self.check(line) }
        }
    }

    @Test func `a bit anywhere is noticed`() throws {
        let fields = try Self.line().split(separator: " ")
        let blob = try #require(Data(base64Encoded: String(fields[1])))
        for index in blob.indices {
            var copy = blob
            copy[index] ^= 1
            #expect(throws: SSHFormatError.self) { try Self.check("\(fields[0]) \(copy.base64EncodedString())") }
        }
        for count in stride(from: 0, to: blob.count, by: 7) {
            #expect(throws: SSHFormatError.self) {
                try Self.check("\(fields[0]) \(blob.prefix(count).base64EncodedString())")
            }
        }
    }
}
