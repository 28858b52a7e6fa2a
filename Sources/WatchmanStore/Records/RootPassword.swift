public import Foundation
public import GRDB

/// One version of a device's root password.
public struct RootPassword: Codable, Sendable, FetchableRecord, PersistableRecord {
    /// Where in its life it is.
    public enum State: String, Codable, Sendable {
        /// Told to the device, not confirmed yet: it may or may not be in force.
        case pending
        /// Confirmed by the device.
        case current
        /// Replaced.
        case past
    }

    /// The device.
    public var deviceID: String
    /// Counts the device's passwords from 1.
    public var version: Int
    /// Where in its life it is.
    public var state: State
    /// The password, encrypted.
    public var sealed: Data
    /// When it was made.
    public var createdAt: Date
    /// When the device confirmed it, or nil.
    public var confirmedAt: Date?
    /// When a person first saw it, or nil.
    public var revealedAt: Date?

    /// The table.
    public static let databaseTableName = "rootPassword"
}
