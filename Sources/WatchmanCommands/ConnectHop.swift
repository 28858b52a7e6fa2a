import Crypto
import Foundation
import WatchmanClient
import WatchmanCore
import WatchmanSystem

extension Watchman.Connect {
    /// A socket's path has 107 bytes at most (unix(7)), and ssh makes it under a longer name first.
    private static let longestPath = 90

    /// The way to the gateway, or nil if this machine is the gateway.
    static func hop(
        _ grant: ConnectGrant, _ address: ServerAddress, _ apiKey: Secret?, _ folder: CredentialFolder,
        _ context: Context
    ) throws -> GatewayHop? {
        guard let host = Self.gatewayHost(grant, address) else { return nil }
        // A certificate leads to one port, by one person's right: whoever differs in any of these has a connection of his own.
        let parts = [host, "\(grant.gatewayPort)", grant.gatewayUser, folder.path(grant.deviceID), "\(grant.port)"]
        let words = (parts + [apiKey?.revealed ?? ""]).joined(separator: "\n")
        let name = SHA256.hash(data: Data(words.utf8)).prefix(8).map { String(format: "%02x", $0) }.joined()
        let path = "\(context.secretFolder)/\(name)"
        try WholeFile.makeFolder(context.secretFolder, mode: 0o700)
        let fits =
            path.utf8.count <= Self.longestPath
            && path.utf8.allSatisfy { ASCII.isGraphic($0) && $0 != UInt8(ascii: "%") }
        return GatewayHop(host: host, dial: [Executables.current, HopDial.verb], controlPath: fits ? path : nil)
    }
}
