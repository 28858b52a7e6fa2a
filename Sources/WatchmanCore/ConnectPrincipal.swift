/// The principals that certificates carry (PROTOCOL.certkeys), each good for one hop to one device.
public enum ConnectPrincipal {
    /// For one login of the device's own sshd; named in that user's authorized_keys. Root's has no user in it.
    public static func device(_ id: String, user: String = "root") -> String {
        user == "root" ? "wm-\(id)" : "wm-\(id)/\(user)"
    }
    /// For the gateway, to reach that device's port and nothing else.
    public static func gateway(_ id: String) -> String { "wm-jump-\(id)" }
}
