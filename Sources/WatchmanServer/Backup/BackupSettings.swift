public import WatchmanCore

/// What is backed up, where to, and for how long.
public struct BackupSettings: Sendable {
    /// Folder of the backups, absolute.
    public var folder: String
    /// The server's configuration file, which goes along if it is there.
    public var configurationFile: String
    /// Which backups pruning keeps.
    public var keep: Retention

    /// Creates settings.
    public init(folder: String, configurationFile: String, keep: Retention = .standard) {
        self.folder = folder
        self.configurationFile = configurationFile
        self.keep = keep
    }
}
