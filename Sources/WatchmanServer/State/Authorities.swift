import Foundation
import WatchmanCore
import WatchmanGateway
import WatchmanSystem

/// The SSH CAs: one signs admins' certificates, the other gateways' host keys.
struct Authorities: Sendable {
    /// Minutes that an admin's certificate can be used to log in; a session that is open goes on.
    static let lifetime: TimeInterval = 5 * 60
    /// A certificate starts this much earlier, for clocks that differ a little.
    private static let slack: TimeInterval = 60

    let user: SSHPrivateKey
    let host: SSHPrivateKey

    init(_ folder: StateFolder) throws {
        self.user = try Self.key(folder, "user_ca")
        self.host = try Self.key(folder, "host_ca")
    }

    /// What the gateway of this server proves itself with; made once.
    func gatewayIdentity(_ folder: StateFolder) throws -> GatewayIdentity {
        // The file's own text: written anew it would differ in a random number, and the gateway would reload for nothing.
        let text = try folder.secretFile("gateway_host_key") { SSHPrivateKey.generate().text }
        let hostKey = try folder.reading("gateway_host_key") { try SSHPrivateKey(text: text) }
        let certificate = try folder.publicFile("gateway_host_key-cert.pub") {
            // No end: a device whose clock is wrong must still know its gateway.
            try SSHCertificate(
                role: .host, keyID: "gateway", principals: [KnownHosts.gatewayAlias], serial: 0, validAfter: 0,
                validBefore: .max
            ).sign(hostKey.publicKey, with: self.host)
        }
        return GatewayIdentity(
            hostKey: Secret(text), hostCertificate: certificate, userAuthority: self.user.publicKey)
    }

    /// A certificate that opens the gateway's door to one device.
    func gatewayCertificate(
        for key: SSHPublicKey, device: String, keyID: String, serial: UInt64, now: Date
    ) throws -> String {
        try SSHCertificate(
            role: .user([.portForwarding], from: []), keyID: keyID, principals: [ConnectPrincipal.gateway(device)],
            serial: serial, validAfter: Self.seconds(now - Self.slack), validBefore: Self.seconds(now + Self.lifetime)
        ).sign(key, with: self.user)
    }

    /// A certificate for one login of the device itself, in the device's own clock, good only from its own loopback.
    func deviceCertificate(
        for key: SSHPublicKey, device: String, user: String, keyID: String, serial: UInt64, deviceNow: Date
    ) throws -> String {
        try SSHCertificate(
            role: .user([.pty, .portForwarding, .agentForwarding], from: ["127.0.0.1/32", "::1/128"]), keyID: keyID,
            principals: [ConnectPrincipal.device(device, user: user)], serial: serial,
            validAfter: Self.seconds(deviceNow - Self.slack), validBefore: Self.seconds(deviceNow + Self.lifetime)
        ).sign(key, with: self.user)
    }

    /// Unix seconds, never before 1970.
    private static func seconds(_ date: Date) -> UInt64 {
        UInt64(exactly: max(0, date.timeIntervalSince1970).rounded(.down)) ?? 0
    }

    private static func key(_ folder: StateFolder, _ name: String) throws -> SSHPrivateKey {
        try folder.reading(name) { try SSHPrivateKey(text: folder.secretFile(name) { SSHPrivateKey.generate().text }) }
    }
}
