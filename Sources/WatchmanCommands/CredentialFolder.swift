import Foundation
import Glibc
import WatchmanCore
import WatchmanSystem

/// Where `connect` keeps a device's short-lived certificates and pinned host keys: a folder for each device, login and key in the person's
/// cache, so that those who connect at the same time do not take each other's certificate.
struct CredentialFolder {
    private let root: String
    private let suffix: String
    private let identity: Identity

    init(context: Context, user: String = "root", identity: Identity = .own) {
        self.root = "\(context.cacheFolder)/devices"
        self.suffix = (user == "root" ? "" : "+\(user)") + identity.label
        self.identity = identity
    }

    func path(_ device: String) -> String { "\(self.root)/\(device)\(self.suffix)" }

    /// The key to certify.
    func publicKey(_ device: String) throws -> SSHPublicKey {
        try self.identity.publicKey ?? self.key(device).publicKey
    }

    /// The key that certificates for this device are made for; made on first use and useless without one.
    func key(_ device: String) throws -> SSHPrivateKey {
        let file = "\(self.path(try DeviceReference.checked(device)))/id_ed25519"
        if let key = try Self.read(file) { return key }
        try WholeFile.makeFolder(self.path(device), mode: 0o700)
        let (key, mine) = (SSHPrivateKey.generate(), "\(file).\(getpid())")
        try WholeFile.write(key.text, to: mine, mode: 0o600)
        defer { unlink(mine) }
        // Of those who connect for the first time at the same moment one makes the key of all: they share the certificate, too.
        if link(mine, file) != 0, try Self.read(file) == nil { rename(mine, file) }
        return try Self.read(file) ?? key
    }

    private static func read(_ file: String) throws -> SSHPrivateKey? {
        try WholeFile.read(file).flatMap { try? SSHPrivateKey(text: String(decoding: $0, as: UTF8.self)) }
    }

    /// Writes what the server granted.
    ///
    /// - Returns: the ssh configuration's path.
    func store(_ grant: ConnectGrant, gateway: GatewayHop?, passwords: Int = 0) throws -> String {
        let folder = self.path(try DeviceReference.checked(grant.deviceID))
        try WholeFile.makeFolder(folder, mode: 0o700)
        if let key = self.identity.publicKey, self.identity.location == .agent {
            try WholeFile.write("\(key.line)\n", to: "\(folder)/identity.pub", mode: 0o600)
        }
        return try SSHConfiguration.write(
            grant, gateway: gateway, passwords: passwords, identity: self.identity.location, to: folder)
    }

    /// Remembers what a server granted, for when it does not answer. Nothing in it is secret.
    func keep(_ grant: ConnectGrant, from server: String) throws {
        let note = KeptGrant(server: server, grant: grant)
        try WholeFile.write(try WireJSON.encode(note), to: "\(self.path(grant.deviceID))/grant.json", mode: 0o600)
    }

    /// What this server granted for the device that is meant, and the ssh configuration's path, if it is still good.
    func kept(_ reference: String, from server: String, now: Date) -> (grant: ConnectGrant, configuration: String)? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: self.root)) ?? []
        let grants = names.compactMap { name -> ConnectGrant? in
            guard let data = try? WholeFile.read("\(self.root)/\(name)/grant.json"),
                let note = try? WireJSON.decode(KeptGrant.self, from: data), note.server == server,
                self.path(note.grant.deviceID) == "\(self.root)/\(name)", note.grant.expiresAt > now,
                [.online, .degraded].contains(note.grant.state)
            else { return nil }
            return note.grant
        }
        let exact = grants.filter { $0.deviceID == reference || $0.name == reference }
        let begins = grants.filter {
            $0.deviceID.utf8.starts(with: reference.utf8) || $0.name.utf8.starts(with: reference.utf8)
        }
        guard let grant = exact.first ?? (begins.count == 1 ? begins.first : nil) else { return nil }
        return (grant, "\(self.path(grant.deviceID))/config")
    }

    private struct KeptGrant: Codable {
        var server: String
        var grant: ConnectGrant
    }
}
