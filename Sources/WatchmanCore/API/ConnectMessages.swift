public import Foundation

/// `POST /api/v1/devices/REF/connect`: an admin asks to be let in.
public struct ConnectRequest: Codable, Sendable {
    /// The public key to certify: an ephemeral one, or the person's own.
    public var publicKey: SSHPublicKey
    /// The login user on the device.
    public var user: String

    /// Creates a request.
    public init(publicKey: SSHPublicKey, user: String) {
        self.publicKey = publicKey
        self.user = user
    }
}

/// All that ssh needs to enter one device for some minutes.
public struct ConnectGrant: Codable, Sendable {
    /// The device's id.
    public var deviceID: String
    /// The device's name.
    public var name: String
    /// Whether the tunnel is up now.
    public var state: DeviceState
    /// Why not, in words.
    public var reason: String?
    /// What the person should know before they enter, in words.
    public var warning: String?
    /// The device's pinned host keys.
    public var hostKeys: [SSHPublicKey]
    /// The device's port on the gateway's loopback.
    public var port: Int
    /// The gateway's host, or nil for the host of the server's own address.
    public var gatewayHost: String?
    /// The gateway's sshd port.
    public var gatewayPort: Int
    /// The user that admins jump as.
    public var gatewayUser: String
    /// The CA that signs gateways' host keys.
    public var hostAuthority: SSHPublicKey
    /// Certificate for the gateway: one line for a `-cert.pub` file.
    public var gatewayCertificate: String
    /// Certificate for the device: one line for a `-cert.pub` file.
    public var deviceCertificate: String
    /// When both end, in the server's clock.
    public var expiresAt: Date

    /// Creates a grant.
    public init(
        deviceID: String, name: String, state: DeviceState, reason: String?, hostKeys: [SSHPublicKey], port: Int,
        gatewayHost: String?, gatewayPort: Int, gatewayUser: String, hostAuthority: SSHPublicKey,
        gatewayCertificate: String, deviceCertificate: String, expiresAt: Date
    ) {
        self.deviceID = deviceID
        self.name = name
        self.state = state
        self.reason = reason
        self.hostKeys = hostKeys
        self.port = port
        self.gatewayHost = gatewayHost
        self.gatewayPort = gatewayPort
        self.gatewayUser = gatewayUser
        self.hostAuthority = hostAuthority
        self.gatewayCertificate = gatewayCertificate
        self.deviceCertificate = deviceCertificate
        self.expiresAt = expiresAt
    }
}
