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

/// `POST /api/v1/register/nonce`: what the next registration must carry, so that it cannot be sent a second time.
public struct RegistrationNonce: Codable, Sendable {
    /// Seconds that it can be used, once.
    public static let lifetime = 60
    /// The answer to a nonce that cannot be used: whoever means it well asks for another.
    public static let refusal = WatchmanError(.conflict, "the registration's nonce was used, is too old or is not ours")

    /// The nonce.
    public var nonce: String
    /// Seconds that it can be used.
    public var lifetime: Int

    /// Creates an answer.
    public init(nonce: String) {
        self.nonce = nonce
        self.lifetime = Self.lifetime
    }
}

/// `POST /api/v1/register`: a device asks to be enrolled.
///
/// The request carries, in the `Watchman-Signature` header, an SSHSIG by `publicKey` over the body: proof that the
/// device holds the key it enrols, at this moment.
public struct RegistrationRequest: Codable, Sendable {
    /// What the server gave for this one request; an older `register` sends none.
    public var nonce: String?
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
        nonce: String? = nil, tokenID: String, tokenSecret: Secret, pin: String, name: String?,
        publicKey: SSHPublicKey, hostKeys: [SSHPublicKey], facts: DeviceFacts, clock: Date, escrowsRootPassword: Bool
    ) {
        self.nonce = nonce
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

/// The answer to a registration: the device is enrolled, or it waits for a person's word. One of both is there.
public struct RegistrationAnswer: Codable, Sendable {
    /// What a device that waits may tell the person beside it.
    public struct Waiting: Codable, Hashable, Sendable {
        /// Id of the application.
        public var id: String
        /// Fingerprint of the device's key.
        public var keyFingerprint: String

        /// Creates it.
        public init(id: String, keyFingerprint: String) {
            self.id = id
            self.keyFingerprint = keyFingerprint
        }
    }

    /// The enrolment.
    public var enrolment: Enrolment?
    /// The application.
    public var waiting: Waiting?

    /// Creates an answer.
    public init(enrolment: Enrolment? = nil, waiting: Waiting? = nil) {
        self.enrolment = enrolment
        self.waiting = waiting
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
    /// Further ports of the gateway's sshd, for where the first is blocked.
    public var otherPorts: [Int]?
    /// The user that tunnels log in as.
    public var gatewayUser: String
    /// Whether a tunnel is to hold a session open, which the gateway lets wait: sshd delays small packets on a connection without one.
    public var holdsSession: Bool?
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
        hostAuthority: SSHPublicKey, userAuthority: SSHPublicKey, escrowsRootPassword: Bool, otherPorts: [Int]? = nil,
        holdsSession: Bool? = nil
    ) {
        self.holdsSession = holdsSession
        self.deviceID = deviceID
        self.name = name
        self.gatewayHost = gatewayHost
        self.gatewayPort = gatewayPort
        self.otherPorts = otherPorts
        self.gatewayUser = gatewayUser
        self.port = port
        self.hostAuthority = hostAuthority
        self.userAuthority = userAuthority
        self.escrowsRootPassword = escrowsRootPassword
    }
}
