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

    /// The profile of a device that reported this name; an old agent says none, a newer one may know others.
    public init(reported name: String?) { self = name.flatMap(Self.init(rawValue:)) ?? .wired }

    /// Whether its data are paid for.
    public var isSparing: Bool { self == .lte || self == .satellite }

    /// Seconds between check-ins when all is well, as the server asks for.
    public static let usualInterval = 30

    /// Seconds without a check-in after which a device whose tunnel is down is silent: three of its check-ins.
    public var silence: Double { Double(3 * max(Self.usualInterval, self.checkInInterval(tunnelIsUp: false))) }

    /// Seconds between check-ins at the least; the server may ask for more. A tunnel that is up says itself that the device is there, and
    /// a check-in costs some 8 KB.
    public func checkInInterval(tunnelIsUp: Bool) -> Int { self.isSparing ? (tunnelIsUp ? 1800 : 600) : 5 }
}
