/// The principals that certificates carry (PROTOCOL.certkeys), each good for one hop to one device.
public enum ConnectPrincipal {
    /// For the device's own sshd; named in its authorized_keys.
    public static func device(_ id: String) -> String { "wm-\(id)" }
    /// For the gateway, to reach that device's port and nothing else.
    public static func gateway(_ id: String) -> String { "wm-jump-\(id)" }
}
