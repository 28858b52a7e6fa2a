import Foundation
import WatchmanCore
import WatchmanSystem

/// The key that a person shows to the gateway and to a device: one that is made for this, or their own.
struct Identity {
    /// Their own key, or nil.
    let publicKey: SSHPublicKey?
    /// Where ssh finds it.
    let location: SSHIdentity

    /// Made for this.
    static let own = Identity(publicKey: nil, location: .own)

    /// Reads what `--identity` says: `agent`, or a key's file, the public one or the private one beside it.
    ///
    /// - Throws: `WatchmanError` (`invalid` or `unavailable`) if there is no key that can be certified.
    static func resolve(_ text: String?, _ processes: any ProcessRunner) async throws -> Identity {
        guard let text else { return self.own }
        if text == "agent" { return Identity(publicKey: try await self.agentKey(processes), location: .agent) }
        let path = URL(fileURLWithPath: text).standardizedFileURL.path
        let file = path.hasSuffix(".pub") ? String(path.dropLast(4)) : path
        // The path stands unquoted in an ssh_config, where ssh also replaces % and $.
        guard file.utf8.allSatisfy({ ASCII.isAlphanumeric($0) || "/._-+@=,".utf8.contains($0) }) else {
            throw WatchmanError(
                .invalid, "--identity \(OutsideText.clean(text, limit: 200)): its path has odd characters")
        }
        guard let data = try WholeFile.read("\(file).pub", limit: 16 << 10) else {
            throw WatchmanError(.invalid, "--identity: there is no \(file).pub", hint: "ssh-keygen -y -f \(file)")
        }
        do {
            let key = try SSHPublicKey(line: String(decoding: data, as: UTF8.self))
            return Identity(publicKey: key, location: .file(file))
        } catch {
            throw WatchmanError(.invalid, "--identity: \(file).pub: \(error)")
        }
    }

    private static func agentKey(_ processes: any ProcessRunner) async throws -> SSHPublicKey {
        let result = try await processes.run(.agentKeys)
        let lines = result.succeeded ? result.output.utf8.split(separator: UInt8(ascii: "\n")) : []
        let keys = lines.lazy.compactMap { try? SSHPublicKey(line: String(decoding: $0, as: UTF8.self)) }
        guard let key = keys.first else {
            let cause = result.succeeded ? nil : result.lastError.map { ": \(OutsideText.clean($0, limit: 200))" }
            throw WatchmanError(
                .unavailable, "the ssh agent has no key that can be certified\(cause ?? "")", hint: "ssh-add")
        }
        return key
    }

    /// What tells folders of credentials apart.
    var label: String {
        switch self.location {
        case .own: ""
        case .agent: "@agent"
        case .file:
            "@"
                + String(
                    decoding: (self.publicKey?.fingerprint ?? "").utf8.dropFirst(7).filter(ASCII.isAlphanumeric).prefix(
                        16),
                    as: UTF8.self)
        }
    }
}
