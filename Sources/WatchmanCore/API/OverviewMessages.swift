public import Foundation

/// `GET /api/v1/fleet`: how the fleet is doing.
public struct FleetOverview: Codable, Sendable {
    /// Devices whose tunnel is up.
    public var online: Int
    /// Devices whose tunnel is down, and whose agent has reported before.
    public var offline: Int
    /// Devices whose agent never reported.
    public var neverConnected: Int
    /// What someone should look after: of each kind the first 50.
    public var concerns: [FleetConcern]
    /// How many were online in the last 24 hours, every five minutes, oldest first.
    public var samples: [FleetCount]
    /// What tunnels did of late, newest first.
    public var events: [FleetTunnelEvent]

    /// Creates an overview.
    public init(
        online: Int, offline: Int, neverConnected: Int, concerns: [FleetConcern], samples: [FleetCount],
        events: [FleetTunnelEvent]
    ) {
        self.online = online
        self.offline = offline
        self.neverConnected = neverConnected
        self.concerns = concerns
        self.samples = samples
        self.events = events
    }
}

/// A device that someone should look after.
public struct FleetConcern: Codable, Sendable {
    /// What is the matter.
    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// Its sshd has host keys that are not pinned.
        case hostKeys = "host-keys"
        /// Two machines use its key.
        case duplicate
        /// It was there and is not.
        case offline
        /// Its root file system is nearly full.
        case disk
        /// Its clock is off.
        case clock
    }

    /// What is the matter.
    public var kind: Kind
    /// The device's id.
    public var deviceID: String
    /// The device's name.
    public var name: String
    /// Its last check-in.
    public var lastSeen: Date?

    /// Creates a concern.
    public init(kind: Kind, deviceID: String, name: String, lastSeen: Date?) {
        self.kind = kind
        self.deviceID = deviceID
        self.name = name
        self.lastSeen = lastSeen
    }
}

/// How many devices were online at a time.
public struct FleetCount: Codable, Sendable {
    /// When the five minutes began.
    public var at: Date
    /// Devices whose tunnel was up.
    public var online: Int
    /// All devices.
    public var total: Int

    /// Creates a count.
    public init(at: Date, online: Int, total: Int) {
        self.at = at
        self.online = online
        self.total = total
    }
}

/// A change of some device's tunnel.
public struct FleetTunnelEvent: Codable, Sendable {
    /// When it was noticed.
    public var at: Date
    /// The device's id.
    public var deviceID: String
    /// The device's name.
    public var name: String
    /// Whether the tunnel came up or went down.
    public var isUp: Bool

    /// Creates an event.
    public init(at: Date, deviceID: String, name: String, isUp: Bool) {
        self.at = at
        self.deviceID = deviceID
        self.name = name
        self.isUp = isUp
    }
}

/// `GET /api/v1/gateway`: how the gateway is doing.
public struct GatewayStatus: Codable, Sendable {
    /// Its name.
    public var id: String
    /// Where devices reach it, or nil for the server's own address.
    public var host: String?
    /// Its sshd's port.
    public var port: Int
    /// First device port.
    public var firstPort: Int
    /// Last device port.
    public var lastPort: Int
    /// Ports that belong to devices.
    public var portsLeased: Int
    /// Ports that rest after a device was removed.
    public var portsResting: Int
    /// Device ports held open now.
    public var tunnels: Int

    /// Creates a status.
    public init(
        id: String, host: String?, port: Int, firstPort: Int, lastPort: Int, portsLeased: Int, portsResting: Int,
        tunnels: Int
    ) {
        self.id = id
        self.host = host
        self.port = port
        self.firstPort = firstPort
        self.lastPort = lastPort
        self.portsLeased = portsLeased
        self.portsResting = portsResting
        self.tunnels = tunnels
    }
}
