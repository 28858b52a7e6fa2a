/// Where a gateway's sshd listens, whom it lets in and where its files are.
public struct GatewaySettings: Hashable, Sendable {
    /// Folder of the gateway's files, absolute; the key lookup's user must be able to enter it.
    public var folder: String
    /// Address to listen on.
    public var address: String
    /// sshd's port.
    public var port: Int
    /// Further ports of sshd, for devices behind firewalls that block the first.
    public var otherPorts: [Int] = []
    /// First device port.
    public var firstPort: Int
    /// Last device port.
    public var lastPort: Int
    /// Login user of devices.
    public var edgeUser: String
    /// Whether devices hold a session open; their login user needs a shell for that.
    public var holdsSession = false
    /// Login user of admins on their way to a device.
    public var jumpUser: String
    /// User that the key lookup runs as.
    public var keysUser: String
    /// The watchman binary for the key lookup. sshd insists that it and the folders above it belong to root.
    public var helper: String

    /// Creates settings.
    public init(
        folder: String, address: String, port: Int, firstPort: Int, lastPort: Int, edgeUser: String, jumpUser: String,
        keysUser: String, helper: String
    ) {
        self.folder = folder
        self.address = address
        self.port = port
        self.firstPort = firstPort
        self.lastPort = lastPort
        self.edgeUser = edgeUser
        self.jumpUser = jumpUser
        self.keysUser = keysUser
        self.helper = helper
    }

    /// All ports of sshd.
    var ports: [Int] { [self.port] + self.otherPorts }
    var configurationFile: String { "\(self.folder)/sshd_config" }
    var pidFile: String { "\(self.folder)/sshd.pid" }
    var logFile: String { "\(self.folder)/sshd.log" }
    var hostKeyFile: String { "\(self.folder)/ssh_host_ed25519_key" }
    var hostCertificateFile: String { "\(self.folder)/ssh_host_ed25519_key-cert.pub" }
    var userAuthorityFile: String { "\(self.folder)/user_ca.pub" }
    /// The key lookup's database.
    public var databaseFile: String { "\(self.folder)/gateway.db" }
}
