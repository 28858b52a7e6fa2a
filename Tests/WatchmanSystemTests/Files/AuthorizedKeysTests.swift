import Foundation
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanSystem

@Suite struct AuthorizedKeysTests {
    private static let authority = SSHPrivateKey.generate().publicKey
    private static let line =
        "cert-authority,principals=\"wm-abc\",from=\"127.0.0.1,::1\" \(authority.line) watchman"

    /// Runs `body` with a file of this content, or none, and gives what is there afterwards.
    private static func after(_ content: [UInt8]?, _ body: (AuthorizedKeys) throws -> Void) throws -> Data? {
        try TemporaryFolder.with { (folder: String) in
            let path = "\(folder)/.ssh/authorized_keys"
            if let content {
                try WholeFile.makeFolder("\(folder)/.ssh", mode: 0o700)
                try WholeFile.write(content, to: path, mode: 0o600)
            }
            try body(AuthorizedKeys(path: path))
            if try WholeFile.read(path) != nil { #expect(try TemporaryFolder.mode(of: path) == 0o600) }
            return try WholeFile.read(path)
        }
    }

    private static func text(after content: String?, _ body: (AuthorizedKeys) throws -> Void) throws -> String? {
        try self.after(content.map { Array($0.utf8) }, body).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func trust(_ keys: AuthorizedKeys) throws {
        try keys.trust(self.authority, deviceID: "abc")
        #expect(try keys.trusts(self.authority, deviceID: "abc"))
    }

    @Test func `the line lets in this device's certificates, and only from itself`() {
        #expect(AuthorizedKeys.line(authority: Self.authority, deviceID: "abc") == Self.line)
        #expect(Self.line.contains("\"\(ConnectPrincipal.device("abc"))\""))
    }

    @Test func `without a file the folder and the file are made`() throws {
        #expect(try Self.text(after: nil, Self.trust) == "\(Self.line)\n")
        try TemporaryFolder.with { (folder: String) in
            try Self.trust(AuthorizedKeys(path: "\(folder)/.ssh/authorized_keys"))
            #expect(try TemporaryFolder.mode(of: "\(folder)/.ssh") == 0o700)
        }
    }

    @Test(arguments: [
        "ssh-ed25519 AAAA ann@laptop\n", "# a comment\n\n  ssh-rsa AAAA bob\n\n", "\n", "a\r\nb\r\n",
        "cert-authority,principals=\"wm-abc\" ssh-ed25519 AAAA theirs\n", "ssh-ed25519 AAAA watchman\n",
        "cert-authority,principals=\"ops\" ssh-ed25519 AAAA watchman\n",
    ])
    func `every foreign line stays as it is, before ours`(content: String) throws {
        #expect(try Self.text(after: content, Self.trust) == "\(content)\(Self.line)\n")
    }

    @Test func `a last line without its newline gets one`() throws {
        #expect(try Self.text(after: "ssh-rsa AAAA bob", Self.trust) == "ssh-rsa AAAA bob\n\(Self.line)\n")
    }

    @Test func `bytes that are no UTF-8 stay as they are`() throws {
        let foreign = Array("ssh-rsa AAAA Ren".utf8) + [0xe9, 0x0a, 0x00, 0xff, 0x0a]
        #expect(try Self.after(foreign, Self.trust) == Data(foreign + Array("\(Self.line)\n".utf8)))
    }

    @Test func `doing it twice changes nothing`() throws {
        let twice = try Self.text(after: "ssh-rsa AAAA bob\n") {
            try Self.trust($0)
            try Self.trust($0)
        }
        #expect(twice == "ssh-rsa AAAA bob\n\(Self.line)\n")
    }

    @Test func `only our own older line is replaced`() throws {
        let old = AuthorizedKeys.line(authority: SSHPrivateKey.generate().publicKey, deviceID: "old")
        let result = try Self.text(after: "one\n\(old)\ntwo\n", Self.trust)
        #expect(result == "one\ntwo\n\(Self.line)\n")
    }

    @Test func `another authority or another device is not what is trusted`() throws {
        _ = try Self.after(nil) { keys in
            #expect(try !keys.trusts(Self.authority, deviceID: "abc"))
            try Self.trust(keys)
            #expect(try !keys.trusts(Self.authority, deviceID: "ab"))
            #expect(try !keys.trusts(SSHPrivateKey.generate().publicKey, deviceID: "abc"))
        }
        _ = try Self.text(after: "#\(Self.line)\n\(Self.line)x\n") { keys in
            let isTrusted = try keys.trusts(Self.authority, deviceID: "abc")
            #expect(!isTrusted)
        }
    }

    @Test func `distrust takes our line away and no other, once or twice`() throws {
        let result = try Self.text(after: "one\n\(Self.line)\ntwo\n") {
            try $0.distrust()
            try $0.distrust()
        }
        #expect(result == "one\ntwo\n")
        #expect(try Self.after(nil) { try $0.distrust() } == nil, "no file is made")
    }
}
