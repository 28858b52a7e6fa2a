/// How a device's network is: what it costs to be heard of, and how soon a silence means something.
public enum NetworkProfile: String, Codable, Hashable, Sendable, CaseIterable {
    /// A cable, or anything else that costs nothing: a dead path is found within 15 s.
    case wired
    /// Wireless LAN, which loses packets now and then.
    case wifi
    /// A mobile network whose data are paid for.
    case lte
    /// The same by satellite, where each answer takes long, too.
    case satellite

    /// Whether its data are paid for.
    public var isSparing: Bool { self == .lte || self == .satellite }

    /// Seconds between check-ins at the least; the server may ask for more.
    public var checkInInterval: Int { self.isSparing ? 600 : 5 }
}
