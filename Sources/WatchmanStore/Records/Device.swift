public import Foundation
public import GRDB
public import WatchmanCore

/// An enrolled device.
public struct Device: Codable, Sendable, FetchableRecord, PersistableRecord {
    /// Given once, never reused.
    public var id: String
    /// What people call it.
    public var name: String
    /// The tunnel key, as one line.
    public var publicKey: String
    /// The token it enrolled with.
    public var tokenID: String
    /// Pinned host keys of its sshd.
    public var hostKeys: [SSHPublicKey]
    /// What it says it is.
    public var facts: DeviceFacts
    /// How it was at the last check-in.
    public var vitals: DeviceVitals?
    /// Whether the server holds its root password.
    public var escrowsRootPassword: Bool
    /// Device clock minus server clock, seconds.
    public var clockSkew: Double
    /// The highest sequence number of its calls.
    public var sequence: Int64
    /// Why its tunnel is down, in its own words.
    public var tunnelProblem: String?
    /// When it was enrolled.
    public var createdAt: Date
    /// Its last check-in.
    public var lastSeen: Date?
    /// Whether its tunnel was up when the gateway's ports were last looked at.
    public var isOnline = false
    /// When it shall set a new root password, or nil for never.
    public var rotatePasswordAt: Date?
    /// The boot of its last check-in.
    public var bootID: String?
    /// Whether two machines use its key.
    public var isDuplicate = false
    /// The boot of the machine that was chosen to be the device.
    public var chosenBootID: String?
    /// The host keys that its sshd has, if others than those pinned are among them.
    public var reportedHostKeys: [SSHPublicKey]?
    /// The users that admins can log in as.
    public var loginUsers = ["root"]
    /// Whether its sshd did not answer through its tunnel.
    public var isDegraded = false
    /// Whether its last check-in was a farewell.
    public var isLeaving = false
    /// What its own words about its tunnel say.
    public var problem: String?
    /// By which way its tunnel comes in.
    public var way: String?
    /// How sparing it is with its network.
    public var profile: String?

    /// The table.
    public static let databaseTableName = "device"
    /// JSON columns are written in the API's dialect.
    public static func databaseJSONEncoder(for column: String) -> JSONEncoder { WireJSON.encoder }
    /// JSON columns are read in the API's dialect.
    public static func databaseJSONDecoder(for column: String) -> JSONDecoder { WireJSON.decoder }
}

/// A device with the things that other tables say of it.
public struct DeviceInfo: Sendable, FetchableRecord {
    /// The device.
    public var device: Device
    /// Its gateway.
    public var gatewayID: String
    /// Its dedicated port there.
    public var port: Int
    /// Its tags, sorted.
    public var tags: [String]
    /// When its tunnel had changed ten times since, or nil if it never did so often.
    public var restlessSince: Date?

    static let query = """
        SELECT device.*, \(DeviceRow.restlessSince) AS restlessSince, portLease.gatewayID AS leaseGateway, portLease.port AS leasePort,
            (SELECT json_group_array(tag) FROM (SELECT tag FROM deviceTag WHERE deviceID = device.id ORDER BY tag)) AS tags
        FROM device JOIN portLease ON portLease.deviceID = device.id
        """

    /// Reads a row of `query`.
    public init(row: Row) throws {
        self.device = try Device(row: row)
        self.gatewayID = row["leaseGateway"]
        self.port = row["leasePort"]
        self.restlessSince = row["restlessSince"]
        let tags: String = row["tags"]
        self.tags = try WireJSON.decode([String].self, from: Data(tags.utf8))
    }
}

/// A device as a list shows it: read without decoding what a list does not need.
public struct DeviceRow: Sendable {
    /// The id.
    public var id: String
    /// The name.
    public var name: String
    /// Whether its tunnel was up when the gateway's ports were last looked at.
    public var isOnline: Bool
    /// Whether its sshd did not answer through its tunnel.
    public var isDegraded: Bool
    /// Whether its last check-in was a farewell.
    public var isLeaving: Bool
    /// What its own words about its tunnel say.
    public var problem: TunnelProblem?
    /// Device clock minus server clock, seconds.
    public var clockSkew: Double
    /// How sparing it is with its network.
    public var profile: NetworkProfile
    /// When its tunnel had changed ten times since, or nil if it never did so often.
    public var restlessSince: Date?
    /// Whether two machines use its key.
    public var isDuplicate: Bool
    /// Whether its sshd has host keys that are not pinned.
    public var hasOtherHostKeys: Bool
    /// Its last check-in.
    public var lastSeen: Date?
    /// Why its tunnel is down, in its own words.
    public var tunnelProblem: String?
    /// Version of its agent.
    public var agentVersion: String
    /// Its gateway.
    public var gatewayID: String
    /// Its dedicated port there.
    public var port: Int
    /// Its tags, sorted.
    public var tags: [String]

    /// An SQL expression about the row `device`: when the tenth last change of its tunnel was.
    static let restlessSince =
        "(SELECT at FROM tunnelEvent WHERE deviceID = device.id ORDER BY id DESC LIMIT 1 OFFSET 9)"

    static let query = """
        SELECT device.id, device.name, device.isOnline, device.isDuplicate, device.isDegraded, device.isLeaving,
            device.problem, device.profile, device.clockSkew, \(restlessSince) AS restlessSince,
            device.reportedHostKeys IS NOT NULL AS hasOtherHostKeys, device.lastSeen, device.tunnelProblem,
            device.facts ->> 'agentVersion' AS agentVersion, portLease.gatewayID, portLease.port,
            (SELECT group_concat(tag, ' ') FROM (SELECT tag FROM deviceTag WHERE deviceID = device.id ORDER BY tag)) AS tags
        FROM device JOIN portLease ON portLease.deviceID = device.id
        """

    /// Reads a row of `query`.
    init(row: Row) {
        self.id = row["id"]
        self.name = row["name"]
        self.isOnline = row["isOnline"]
        self.isDuplicate = row["isDuplicate"]
        self.isDegraded = row["isDegraded"]
        self.isLeaving = row["isLeaving"]
        let problem: String? = row["problem"]
        self.problem = problem.flatMap(TunnelProblem.init(rawValue:))
        self.profile = NetworkProfile(reported: row["profile"])
        self.clockSkew = row["clockSkew"]
        self.restlessSince = row["restlessSince"]
        self.hasOtherHostKeys = row["hasOtherHostKeys"]
        self.lastSeen = row["lastSeen"]
        self.tunnelProblem = row["tunnelProblem"]
        self.agentVersion = row["agentVersion"] ?? ""
        self.gatewayID = row["gatewayID"]
        self.port = row["port"]
        let tags: String? = row["tags"]
        self.tags = (tags ?? "").split(separator: " ").map(String.init)
    }

    /// Whether it can be entered; the column `state` says the same of what is stored.
    public var state: DeviceState {
        if self.hasOtherHostKeys { return .hostKeyChanged }
        if self.isDuplicate { return .duplicate }
        return self.isOnline ? (self.isDegraded ? .degraded : .online) : .offline
    }

    /// The row of a device that was read whole.
    public init(_ info: DeviceInfo) {
        self.id = info.device.id
        self.name = info.device.name
        self.isOnline = info.device.isOnline
        self.isDuplicate = info.device.isDuplicate
        self.isDegraded = info.device.isDegraded
        self.isLeaving = info.device.isLeaving
        self.problem = info.device.problem.flatMap(TunnelProblem.init(rawValue:))
        self.profile = NetworkProfile(reported: info.device.profile)
        self.clockSkew = info.device.clockSkew
        self.restlessSince = info.restlessSince
        self.hasOtherHostKeys = info.device.reportedHostKeys != nil
        self.lastSeen = info.device.lastSeen
        self.tunnelProblem = info.device.tunnelProblem
        self.agentVersion = info.device.facts.agentVersion
        self.gatewayID = info.gatewayID
        self.port = info.port
        self.tags = info.tags
    }
}
