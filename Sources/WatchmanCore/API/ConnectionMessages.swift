public import Foundation

/// An admin's open connection to a device through the gateway.
public struct ConnectionSummary: Codable, Hashable, Sendable {
    /// Its number.
    public var id: Int64
    /// The device's id.
    public var deviceID: String
    /// The device's name, or nil if the device was removed meanwhile.
    public var deviceName: String?
    /// Who entered: `user:NAME` or `key:ID`.
    public var actor: String
    /// The address that it comes from.
    public var source: String
    /// When it was noticed.
    public var startedAt: Date

    /// Creates a row.
    public init(id: Int64, deviceID: String, deviceName: String?, actor: String, source: String, startedAt: Date) {
        self.id = id
        self.deviceID = deviceID
        self.deviceName = deviceName
        self.actor = actor
        self.source = source
        self.startedAt = startedAt
    }
}

/// `GET /api/v1/connections`: the open ones.
public struct ConnectionList: Codable, Sendable {
    /// The rows, oldest first.
    public var connections: [ConnectionSummary]

    /// Creates a list.
    public init(connections: [ConnectionSummary]) { self.connections = connections }
}
