public import Foundation

/// Whether a device can be entered. What is worse comes first, and hides what comes after it.
public enum DeviceState: String, Codable, Sendable, CaseIterable, Comparable {
    /// Its sshd has host keys that are not pinned: nobody is let in.
    case hostKeyChanged = "hostkey-changed"
    /// Two machines use its key.
    case duplicate
    /// Its tunnel is down.
    case offline
    /// Its tunnel is up, but its sshd does not answer through it.
    case degraded
    /// Its sshd answers through its tunnel.
    case online

    /// The place in the order.
    public var rank: Int {
        switch self {
        case .hostKeyChanged: 0
        case .duplicate: 1
        case .offline: 2
        case .degraded: 3
        case .online: 4
        }
    }

    /// Whether `one` is worse.
    public static func < (one: DeviceState, other: DeviceState) -> Bool { one.rank < other.rank }
}

/// A row of the device list.
public struct DeviceSummary: Codable, Hashable, Sendable {
    /// The id, given once and never reused.
    public var id: String
    /// What people call it.
    public var name: String
    /// Whether it can be entered.
    public var state: DeviceState
    /// Why it is not online, or that it comes and goes, in words, or nil.
    public var reason: String?
    /// What the reason says, for programs: none for a device that is online, and none from an older server.
    public var problem: TunnelProblem?
    /// Name of its gateway.
    public var gateway: String
    /// Its dedicated port there.
    public var port: Int
    /// Last check-in.
    public var lastSeen: Date?
    /// Version of its agent.
    public var agentVersion: String
    /// Its tags, sorted.
    public var tags: [String]

    /// Creates a row.
    public init(
        id: String, name: String, state: DeviceState, reason: String?, gateway: String, port: Int, lastSeen: Date?,
        agentVersion: String, tags: [String]
    ) {
        self.id = id
        self.name = name
        self.state = state
        self.reason = reason
        self.gateway = gateway
        self.port = port
        self.lastSeen = lastSeen
        self.agentVersion = agentVersion
        self.tags = tags
    }
}

/// `GET /api/v1/devices`: a page of the list.
public struct DeviceList: Codable, Sendable {
    /// The rows.
    public var devices: [DeviceSummary]
    /// Where the next page begins (`after`), or nil after the last row.
    public var next: String?

    /// Creates a page.
    public init(devices: [DeviceSummary], next: String? = nil) {
        self.devices = devices
        self.next = next
    }
}

/// `GET /api/v1/devices/REF`: all that is known of one device.
public struct DeviceDetail: Codable, Sendable {
    /// The list's row.
    public var summary: DeviceSummary
    /// What it says it is.
    public var facts: DeviceFacts
    /// How it was at the last check-in.
    public var vitals: DeviceVitals?
    /// Device clock minus server clock in seconds, at the last check-in.
    public var clockSkew: Double
    /// Fingerprint of its tunnel key.
    public var keyFingerprint: String
    /// The pinned host keys.
    public var hostKeys: [SSHPublicKey]
    /// The host keys that its sshd has instead, until they are accepted.
    public var reportedHostKeys: [SSHPublicKey]?
    /// The users that admins can log in as.
    public var logins: [String]?
    /// The machines that it was of late, one for each boot, the latest first.
    public var instances: [DeviceInstance]?
    /// When it was enrolled.
    public var createdAt: Date
    /// Whether the server holds its root password.
    public var escrowsRootPassword: Bool
    /// Where its root password stands, or nil if the server does not hold it.
    public var rootPassword: PasswordStanding?
    /// By which way its tunnel comes in, if its agent said.
    public var way: TunnelWay?
    /// How sparing it is with its network, by the profile's name.
    public var profile: String?
    /// What its tunnel did of late, newest first.
    public var events: [TunnelEvent]
    /// The older device that it may be, set up anew.
    public var resembles: Resemblance?

    /// Creates the detail.
    public init(
        summary: DeviceSummary, facts: DeviceFacts, vitals: DeviceVitals?, clockSkew: Double, keyFingerprint: String,
        hostKeys: [SSHPublicKey], createdAt: Date, escrowsRootPassword: Bool, rootPassword: PasswordStanding?,
        events: [TunnelEvent], resembles: Resemblance? = nil
    ) {
        self.summary = summary
        self.facts = facts
        self.vitals = vitals
        self.clockSkew = clockSkew
        self.keyFingerprint = keyFingerprint
        self.hostKeys = hostKeys
        self.createdAt = createdAt
        self.escrowsRootPassword = escrowsRootPassword
        self.rootPassword = rootPassword
        self.events = events
        self.resembles = resembles
    }
}

/// A change of a tunnel.
public struct TunnelEvent: Codable, Hashable, Sendable {
    /// When it was noticed.
    public var at: Date
    /// Whether the tunnel came up or went down.
    public var isUp: Bool

    /// Creates an event.
    public init(at: Date, isUp: Bool) {
        self.at = at
        self.isUp = isUp
    }
}

/// `PATCH /api/v1/devices/REF`: what people may change. Absent fields stay as they are.
public struct DeviceChange: Codable, Sendable {
    /// The new name.
    public var name: String?
    /// Tags to add.
    public var addTags: [String]?
    /// Tags to take away.
    public var removeTags: [String]?

    /// Creates a change.
    public init(name: String? = nil, addTags: [String]? = nil, removeTags: [String]? = nil) {
        self.name = name
        self.addTags = addTags
        self.removeTags = removeTags
    }
}
