import Foundation
import Glibc
import WatchmanCore
import WatchmanSystem

/// Goes over to a new key because another machine has the old one, too.
///
/// The new key is on the disk before the server hears of it, and takes the old one's place after the server took it: whatever moment this is
/// killed at, one of the two is the key that the server knows.
struct KeyRenewal: Sendable {
    let site: EdgeSite
    let processes: any ProcessRunner
    let keyFile: String

    var nextFile: String { "\(self.keyFile).next" }

    /// Makes the new key unless an earlier run did, has it sent, and puts it in the old one's place.
    func run(_ send: (SSHPrivateKey) async throws -> Void) async throws {
        let key = try await self.make()
        try await send(key)
        try self.promote(key)
    }

    /// After the server refused the old key: puts the new one in its place if there is one and the server knows it.
    ///
    /// - Returns: whether it did.
    func recover(_ isKnown: (SSHPrivateKey) async throws -> Bool) async throws -> Bool {
        guard let key = try self.next(), try await isKnown(key) else { return false }
        try self.promote(key)
        return true
    }

    /// Mends the public half if a run was killed between the two files.
    func settle() throws {
        guard let data = try WholeFile.read(self.keyFile),
            let key = try? SSHPrivateKey(text: String(decoding: data, as: UTF8.self))
        else { return }
        let line = String(decoding: try WholeFile.read("\(self.keyFile).pub") ?? Data(), as: UTF8.self)
        if (try? SSHPublicKey(line: line)) != key.publicKey { try KeyType.writePublic(key, self.keyFile) }
    }

    /// The new key that an earlier run made, or nil.
    func next() throws -> SSHPrivateKey? {
        try WholeFile.read(self.nextFile).flatMap { try? SSHPrivateKey(text: String(decoding: $0, as: UTF8.self)) }
    }

    private func make() async throws -> SSHPrivateKey {
        if let key = try self.next() { return key }
        let type = KeyType.allCases.first { $0.file(self.site) == self.keyFile } ?? .ed25519
        let key = try await type.make(self.nextFile, self.processes)
        try WholeFile.write(key.text, to: self.nextFile, mode: 0o600)
        return key
    }

    private func promote(_ key: SSHPrivateKey) throws {
        guard rename(self.nextFile, self.keyFile) == 0 else {
            throw WatchmanError(
                .configuration, "cannot replace \(self.keyFile): \(String(cString: strerror(errno)).lowercased())")
        }
        WholeFile.syncFolder(of: self.keyFile)
        try KeyType.writePublic(key, self.keyFile)
    }
}
