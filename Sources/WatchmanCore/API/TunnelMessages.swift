/// Why a device cannot be entered, or why its tunnel is down.
public enum TunnelProblem: String, Codable, Hashable, Sendable, CaseIterable {
    /// The gateway refuses the device's key.
    case keyRefused = "key-refused"
    /// The gateway does not give the device its port.
    case portRefused = "port-refused"
    /// The gateway's name does not resolve.
    case name = "dns"
    /// The device's clock is so far off that certificates are not valid there.
    case clock
    /// The gateway's host key is not signed by the CA that the device trusts.
    case hostKey = "host-key"
    /// The gateway takes no more logins at the moment.
    case gatewayFull = "gateway-full"
    /// Nothing listens on the gateway's port.
    case gatewayDown = "gateway-down"
    /// The gateway does not answer, or there is no way to it.
    case noRoute = "no-route"
    /// The device has no network.
    case networkDown = "network-down"
    /// The connection was up and broke.
    case lost
    /// The tunnel is up, but the device's sshd does not answer through it.
    case sshdDown = "sshd-down"
    /// The agent was stopped on purpose.
    case agentStopped = "agent-stopped"
    /// The device never had a tunnel.
    case neverConnected = "never-connected"
    /// Nothing is heard of the device: it has no power or no network.
    case silent
    /// Something else; the words say what.
    case other

    /// Decodes what a newer watchman knows, and this one does not, as `other`.
    public init(from decoder: any Decoder) throws {
        self = TunnelProblem(rawValue: try decoder.singleValueContainer().decode(String.self)) ?? .other
    }
}

/// By which way a device reaches its gateway, the best first.
public enum TunnelWay: String, Codable, Hashable, Sendable, CaseIterable {
    /// Straight to the gateway's port.
    case direct
    /// Straight to another of the gateway's ports.
    case otherPort = "port"
    /// Through the site's HTTP proxy (CONNECT).
    case proxy
    /// Inside TLS, through the server's HTTPS port.
    case tls
    /// Inside TLS through the site's HTTP proxy.
    case proxyTLS = "proxy-tls"

    /// What a client that brings a tunnel to the HTTPS port asks for by ALPN (RFC 7301).
    public static let protocolName = "watchman-ssh"
}
