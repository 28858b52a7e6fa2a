public import GRDB

/// A gateway and the ports it hands out.
public struct Gateway: Codable, Sendable, FetchableRecord, PersistableRecord {
    /// Its name.
    public var id: String
    /// Where devices and admins reach it, or nil for the server's own address.
    public var host: String?
    /// Its sshd's port.
    public var port: Int
    /// First device port.
    public var firstPort: Int
    /// Last device port.
    public var lastPort: Int

    /// Creates a row.
    public init(id: String, host: String?, port: Int, firstPort: Int, lastPort: Int) {
        self.id = id
        self.host = host
        self.port = port
        self.firstPort = firstPort
        self.lastPort = lastPort
    }

    /// The table.
    public static let databaseTableName = "gateway"
}
