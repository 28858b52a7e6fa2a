import Foundation
import WatchmanCore

/// What a backup says of itself (`manifest.json`, its first member).
struct BackupManifest: Codable, Hashable, Sendable {
    /// The form of backups that this watchman makes. A newer form is refused.
    static let currentFormat = 1

    /// A file in the backup.
    struct Member: Codable, Hashable, Sendable {
        var name: String
        var size: Int64
        /// SHA-256, hexadecimal.
        var sha256: String
    }

    var format: Int
    /// The watchman that made it.
    var version: String
    /// The migrations that its database has been through.
    var schema: [String]
    var createdAt: Date
    /// Name of the server's host.
    var host: String
    var devices: Int
    /// The pin that is in devices' join tokens.
    var pin: String
    var stateFolder: String
    /// Where the server's configuration was, or nil if there was none.
    var configurationFile: String?
    /// The other members, in order.
    var members: [Member]

    /// Refuses what a newer watchman made.
    ///
    /// - Throws: `WatchmanError` (`configuration`).
    func checkFormat() throws {
        guard self.format == Self.currentFormat else {
            throw WatchmanError(
                .configuration,
                "the backup was made by a newer watchman (\(OutsideText.clean(self.version, limit: 40))): install that version"
            )
        }
    }
}
