public import Foundation
public import GRDB
import WatchmanCore

/// An admin's connection through a gateway, by what its sshd logged at the login.
public struct Connection: Codable, Hashable, Sendable, FetchableRecord {
    /// Counts the connections from 1.
    public var id: Int64
    /// The certificate that opened it.
    public var serial: Int64
    /// The device that it leads to.
    public var deviceID: String
    /// On whose behalf the certificate was made.
    public var actor: String
    /// The address that it comes from.
    public var source: String
    /// The port there.
    public var port: Int
    /// When it was noticed.
    public var startedAt: Date
    /// When it was noticed that it has ended, or nil while it is open.
    public var endedAt: Date?

    /// Who opened it, from where.
    var principal: Principal { Principal(name: self.actor, source: self.source) }
}
