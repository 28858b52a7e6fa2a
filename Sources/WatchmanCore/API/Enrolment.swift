public import Foundation

/// `GET /api/v1/identity`: what anyone may know of a server, asked before it is trusted.
public struct ServerIdentity: Codable, Sendable {
    /// Always `watchman`, so that another web server is told apart.
    public var product: String
    /// Version of the server.
    public var version: String
    /// The CA certificate (PEM) whose public key the pin in a token names.
    public var certificateAuthority: String
    /// The server's clock.
    public var clock: Date

    /// Creates the answer.
    public init(version: String, certificateAuthority: String, clock: Date) {
        self.product = "watchman"
        self.version = version
        self.certificateAuthority = certificateAuthority
        self.clock = clock
    }
}

/// `POST /api/v1/register`: a device asks to be enrolled.
///
/// The request carries, in the `Watchman-Signature` header, an SSHSIG by `publicKey` over the body: proof that the
/// device holds the key it enrols.
public struct RegistrationRequest: Codable, Sendable {
    /// Public part of the join token.
    public var tokenID: String
    /// Secret part of the join token.
    public var tokenSecret: Secret
    /// Pin of the server the device means to talk to, so that the signed body is of no use to another server.
    public var pin: String
    /// The name asked for, or nil to take the host name.
    public var name: String?
    /// The device's tunnel key.
    public var publicKey: SSHPublicKey
    /// The host keys of the device's own sshd.
    public var hostKeys: [SSHPublicKey]
    /// What the device says of itself.
    public var facts: DeviceFacts
    /// The device's clock.
    public var clock: Date
    /// Whether the server shall hold a new root password.
    public var escrowsRootPassword: Bool

    /// Creates a request from its parts.
    public init(
        tokenID: String, tokenSecret: Secret, pin: String, name: String?, publicKey: SSHPublicKey,
        hostKeys: [SSHPublicKey], facts: DeviceFacts, clock: Date, escrowsRootPassword: Bool
    ) {
        self.tokenID = tokenID
        self.tokenSecret = tokenSecret
        self.pin = pin
        self.name = name
        self.publicKey = publicKey
        self.hostKeys = hostKeys
        self.facts = facts
        self.clock = clock
        self.escrowsRootPassword = escrowsRootPassword
    }
}

/// What an enrolled device needs to keep its tunnel up with no server in reach.
public struct Enrolment: Codable, Hashable, Sendable {
    /// The device's id.
    public var deviceID: String
    /// The device's name.
    public var name: String
    /// The gateway's host, or nil for the host of the server's own address.
    public var gatewayHost: String?
    /// The gateway's sshd port.
    public var gatewayPort: Int
    /// The user that tunnels log in as.
    public var gatewayUser: String
    /// The device's dedicated port on the gateway's loopback.
    public var port: Int
    /// The CA that signs gateways' host keys.
    public var hostAuthority: SSHPublicKey
    /// The CA that signs admins' certificates.
    public var userAuthority: SSHPublicKey
    /// Whether the server holds the root password.
    public var escrowsRootPassword: Bool

    /// Creates an enrolment from its parts.
    public init(
        deviceID: String, name: String, gatewayHost: String?, gatewayPort: Int, gatewayUser: String, port: Int,
        hostAuthority: SSHPublicKey, userAuthority: SSHPublicKey, escrowsRootPassword: Bool
    ) {
        self.deviceID = deviceID
        self.name = name
        self.gatewayHost = gatewayHost
        self.gatewayPort = gatewayPort
        self.gatewayUser = gatewayUser
        self.port = port
        self.hostAuthority = hostAuthority
        self.userAuthority = userAuthority
        self.escrowsRootPassword = escrowsRootPassword
    }
}
