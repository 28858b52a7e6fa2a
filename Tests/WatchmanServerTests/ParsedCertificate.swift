import Foundation

@testable import WatchmanCore

/// The fields of an ed25519 certificate (OpenSSH's PROTOCOL.certkeys).
struct ParsedCertificate {
    let key: [UInt8]
    let serial: UInt64
    let role: UInt32
    let keyID: String
    let principals: [String]
    let validAfter: UInt64
    let validBefore: UInt64
    let options: [String: String]
    let extensions: [String]
    let authority: [UInt8]

    /// Reads the line of a `-cert.pub` file.
    init(_ line: String) throws {
        let words = line.split(separator: " ").map(String.init)
        var reader = try SSHReader(Array(Data(base64Encoded: words[1]) ?? Data()))
        guard words[0] == "ssh-ed25519-cert-v01@openssh.com", words.count == 2, try reader.text() == words[0] else {
            throw SSHFormatError.malformed("not an ed25519 certificate")
        }
        _ = try reader.string()  // the nonce
        self.key = Array(try reader.string())
        self.serial = try reader.uint64()
        self.role = try reader.uint32()
        self.keyID = try reader.text()
        self.principals = try reader.list()
        self.validAfter = try reader.uint64()
        self.validBefore = try reader.uint64()
        let options = try reader.list()
        self.options = Dictionary(
            uniqueKeysWithValues: stride(from: 0, to: options.count - 1, by: 2).map { (options[$0], options[$0 + 1]) })
        self.extensions = try reader.list().filter { !$0.isEmpty }
        _ = try reader.string()  // reserved
        self.authority = Array(try reader.string())
        _ = try reader.string()  // the signature
        try reader.end()
    }
}

extension SSHReader {
    fileprivate mutating func text() throws -> String { String(decoding: try self.string(), as: UTF8.self) }

    fileprivate mutating func list() throws -> [String] {
        var inner = try SSHReader(try self.string())
        var items: [String] = []
        while !inner.remainder.isEmpty { items.append(try inner.text()) }
        return items
    }
}
