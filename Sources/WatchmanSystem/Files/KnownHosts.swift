public import WatchmanCore

/// Lines of known_hosts files (sshd(8)), always under an alias of ours, so that addresses and ports do not matter.
public enum KnownHosts {
    /// The name that gateways are known by; their host certificates carry it as principal.
    public static let gatewayAlias = "gateway.watchman"

    /// The name that a device is known by.
    public static func deviceAlias(_ id: String) -> String { "\(id).watchman" }

    /// Trusts gateways whose host key this CA signed.
    public static func gatewayLine(_ authority: SSHPublicKey) -> String {
        "@cert-authority \(Self.gatewayAlias) \(authority.line)\n"
    }

    /// Trusts exactly these host keys for a device.
    public static func deviceLines(_ id: String, _ keys: [SSHPublicKey]) -> String {
        keys.map { "\(Self.deviceAlias(id)) \($0.line)\n" }.joined()
    }
}
