public import WatchmanCore

/// What the control plane gives a gateway to prove who it is and to know admins by.
public struct GatewayIdentity: Sendable {
    /// Private host key, in OpenSSH's format.
    public var hostKey: Secret
    /// Certificate of the host key by the host CA, one line.
    public var hostCertificate: String
    /// The CA that signs admins' certificates.
    public var userAuthority: SSHPublicKey

    /// Creates an identity.
    public init(hostKey: Secret, hostCertificate: String, userAuthority: SSHPublicKey) {
        self.hostKey = hostKey
        self.hostCertificate = hostCertificate
        self.userAuthority = userAuthority
    }
}
