import Foundation
import Testing

@testable import WatchmanCore

@Suite struct SSHPublicKeyTests {
    @Test(arguments: SSHFixtures.Key.allCases)
    func `a key line is read and written back`(fixture: SSHFixtures.Key) throws {
        let key = try SSHPublicKey(line: "\(fixture.line) root@edge one\n")
        #expect(key.line == fixture.line)
        #expect(key.line.hasPrefix("\(key.type) "))
        #expect(try SSHPublicKey(blob: key.blob) == key)
    }

    @Test(arguments: SSHFixtures.Key.allCases)
    func `the fingerprint is the one of ssh-keygen`(fixture: SSHFixtures.Key) throws {
        #expect(try SSHPublicKey(line: fixture.line).fingerprint == fixture.fingerprint)
    }

    @Test func `a key is coded as its line`() throws {
        let key = try SSHPublicKey(line: SSHFixtures.ed25519Line)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let json = try encoder.encode(key)
        #expect(String(decoding: json, as: UTF8.self) == "\"\(SSHFixtures.ed25519Line)\"")
        #expect(try JSONDecoder().decode(SSHPublicKey.self, from: json) == key)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(SSHPublicKey.self, from: Data("\"x\"".utf8)) }
    }

    @Test func `options in front of the type are refused`() {
        for options in ["restrict", "from=\"1.2.3.4\"", "cert-authority", "", "command=\"x y\""] {
            #expect(throws: SSHFormatError.self) { try SSHPublicKey(line: "\(options) \(SSHFixtures.ed25519Line)") }
        }
    }

    @Test(arguments: ["\0", "\t", "\r", "\n", "\u{1b}[2J", "\u{7f}", "\r\n"])
    func `control bytes are refused`(control: String) {
        let line = SSHFixtures.ed25519Line
        #expect(throws: SSHFormatError.self) { try SSHPublicKey(line: "\(line) a\(control)b") }
        #expect(throws: SSHFormatError.self) { try SSHPublicKey(line: "\(line)\(control)ssh-rsa AAAA") }
        #expect(throws: SSHFormatError.self) { try SSHPublicKey(line: "\(line)\r\n") }
    }

    @Test func `a line over 16 KiB is refused`() throws {
        let line = SSHFixtures.ed25519Line + " "
        let room = SSHReader.limit - line.utf8.count
        _ = try SSHPublicKey(line: line + String(repeating: "c", count: room))
        #expect(throws: SSHFormatError.tooLarge) {
            try SSHPublicKey(line: line + String(repeating: "c", count: room + 1))
        }
    }

    @Test func `a line that names another type than its blob is refused`() throws {
        let base64 = SSHFixtures.ed25519Line.dropFirst("ssh-ed25519 ".count)
        for type in ["ssh-rsa", "ecdsa-sha2-nistp256", "ssh-ed25519\u{301}", "SSH-ED25519", "ssh-dss"] {
            #expect(throws: SSHFormatError.self) { try SSHPublicKey(line: "\(type) \(base64)") }
        }
    }

    @Test func `types that are not taken are refused by name`() {
        for type in [
            "ssh-dss", "sk-ssh-rsa@openssh.com", "sk-ssh-ed25519-cert-v01@openssh.com",
            "ssh-ed25519-cert-v01@openssh.com", "webauthn-sk-ecdsa-sha2-nistp256@openssh.com",
        ] {
            let blob = [UInt8].ssh {
                $0.string(type)
                $0.string([UInt8](repeating: 1, count: 32))
            }
            #expect(throws: SSHFormatError.self) { try SSHPublicKey(blob: blob) }
            let line = "\(type) \(Data(blob).base64EncodedString())"
            #expect(throws: SSHFormatError.self) { try SSHPublicKey(line: line) }
        }
        #expect(throws: SSHFormatError.self) { try SSHPublicKey(line: SSHFixtures.ed25519Certificate) }
    }

    @Test func `an rsa key under 2048 bits is refused`() {
        #expect(throws: SSHFormatError.self) { try SSHPublicKey(line: SSHFixtures.rsa1024Line) }
    }

    @Test(arguments: [[], [1], [2], [1, 0, 1, 0, 1, 0, 1]])
    func `an rsa key with a bad exponent is refused`(exponent: [UInt8]) throws {
        let blob = [UInt8].ssh {
            $0.string("ssh-rsa")
            $0.mpint(exponent)
            $0.mpint([UInt8](repeating: 0xff, count: 256))
        }
        #expect(throws: SSHFormatError.self) { try SSHPublicKey(blob: blob) }
    }

    @Test func `an rsa key over 8192 bits is refused`() throws {
        let blob = [UInt8].ssh {
            $0.string("ssh-rsa")
            $0.mpint([1, 0, 1])
            $0.mpint([UInt8](repeating: 0xff, count: 1025))
        }
        #expect(throws: SSHFormatError.self) { try SSHPublicKey(blob: blob) }
    }

    @Test func `an ecdsa point off its curve or of another curve is refused`() throws {
        var blob = try SSHPublicKey(line: SSHFixtures.p256Line).blob
        blob[blob.count - 1] ^= 1
        #expect(throws: SSHFormatError.self) { try SSHPublicKey(blob: blob) }
        let mixed = [UInt8].ssh {
            $0.string("ecdsa-sha2-nistp256")
            $0.string("nistp384")
            $0.string(blob.suffix(65))
        }
        #expect(throws: SSHFormatError.self) { try SSHPublicKey(blob: mixed) }
    }

    @Test(arguments: SSHFixtures.Key.allCases)
    func `a key line with a trailing blob byte is refused`(fixture: SSHFixtures.Key) throws {
        let blob = try SSHPublicKey(line: fixture.line).blob + [0]
        #expect(throws: SSHFormatError.trailingBytes) { try SSHPublicKey(blob: blob) }
    }

    @Test(arguments: SSHFixtures.Key.allCases)
    func `every cut blob is refused`(fixture: SSHFixtures.Key) throws {
        for cut in HostileBytes.truncations(of: try SSHPublicKey(line: fixture.line).blob) {
            #expect(throws: SSHFormatError.self) { try SSHPublicKey(blob: cut) }
        }
    }

    @Test(arguments: SSHFixtures.Key.allCases)
    func `a damaged blob is refused or is itself a key`(fixture: SSHFixtures.Key) throws {
        for blob in HostileBytes.mutations(of: try SSHPublicKey(line: fixture.line).blob, count: 1000, seed: 1) {
            guard let key = try? SSHPublicKey(blob: blob) else { continue }
            #expect(try SSHPublicKey(line: key.line).blob == blob)
        }
    }

    @Test(arguments: SSHFixtures.Key.allCases)
    func `a damaged line is refused or is itself a key`(fixture: SSHFixtures.Key) throws {
        for bytes in HostileBytes.mutations(of: Array(fixture.line.utf8), count: 1000, seed: 2) {
            guard let key = try? SSHPublicKey(line: String(decoding: bytes, as: UTF8.self)) else { continue }
            #expect(try SSHPublicKey(line: key.line) == key)
        }
    }
}
