/// On whose behalf something is done: who, from where, and which devices there are for them.
public struct Principal: Hashable, Sendable {
    /// The name for certificates and the audit table: `local`, `user:NAME`, `key:ID`, `device:ID`, `token:ID`, `job:NAME`, `provider` or `anyone`.
    public var name: String
    /// The address that the request came from, `local` on the Unix socket, or empty for what the server does by itself.
    public var source: String
    /// The only devices that exist for them, or nil for all.
    public var scope: DeviceSelector?

    /// Creates a principal.
    public init(name: String, source: String = "", scope: DeviceSelector? = nil) {
        self.name = name
        self.source = source
        self.scope = scope
    }
}

extension Principal: ExpressibleByStringInterpolation, CustomStringConvertible {
    /// A principal that sees all devices, by its name.
    public init(stringLiteral name: String) { self.init(name: name) }
    /// The name.
    public var description: String { self.name }
}
