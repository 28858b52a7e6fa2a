import Foundation
import Glibc
import WatchmanCore
import WatchmanSystem

/// The device's key pair.
public enum KeyType: String, Sendable, CaseIterable {
    /// Small, fast, the default.
    case ed25519
    /// For sites whose rules ask for RSA: 3072 bits.
    case rsa

    /// Path of the private key in a site's folder.
    public func file(_ site: EdgeSite) -> String { "\(site.folder)/id_\(self.rawValue)" }

    /// Reads the key, or makes it; a key that was made before is never replaced.
    ///
    /// - Throws: `WatchmanError` that names the file.
    func key(_ site: EdgeSite, _ processes: any ProcessRunner) async throws -> SSHPrivateKey {
        let path = self.file(site)
        if let data = try WholeFile.read(path) {
            do {
                return try SSHPrivateKey(text: String(decoding: data, as: UTF8.self))
            } catch {
                throw WatchmanError(.configuration, "\(path) is not usable: \(error)", hint: "mv \(path) \(path).old")
            }
        }
        let key = try await self.make(path, processes)
        try Self.writePublic(key, path)
        try WholeFile.write(key.text, to: path, mode: 0o600)
        return key
    }

    /// Writes the public half beside the private one, for people to read.
    static func writePublic(_ key: SSHPrivateKey, _ path: String) throws {
        try WholeFile.write("\(key.publicKey.line) watchman\n", to: "\(path).pub", mode: 0o644)
    }

    /// Makes a key, with the help of files beside `path` if it must.
    func make(_ path: String, _ processes: any ProcessRunner) async throws -> SSHPrivateKey {
        if self == .ed25519 { return SSHPrivateKey.generate() }
        let temporary = "\(path).new"
        for file in [temporary, "\(temporary).pub"] { unlink(file) }
        try await processes.check(.makeKey(type: self.rawValue, path: temporary, comment: "watchman"))
        defer { for file in [temporary, "\(temporary).pub"] { unlink(file) } }
        return try SSHPrivateKey(text: String(decoding: try WholeFile.read(temporary) ?? Data(), as: UTF8.self))
    }
}
