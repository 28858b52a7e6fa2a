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
}
