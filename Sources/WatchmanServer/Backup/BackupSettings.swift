public import WatchmanCore

/// What is backed up, where to, and for how long.
public struct BackupSettings: Sendable {
    /// Folder of the backups, absolute.
    public var folder: String
    /// The server's configuration file, which goes along if it is there.
    public var configurationFile: String
    /// Which backups pruning keeps.
    public var keep: Retention
    /// Where the escrow's key is, or nil if it is in the state folder. A key that is kept elsewhere is not backed up: whoever gets hold of
    /// a backup then has no root passwords.
    public var escrowKey: String?

    /// Creates settings.
    public init(folder: String, configurationFile: String, keep: Retention = .standard, escrowKey: String? = nil) {
        self.folder = folder
        self.configurationFile = configurationFile
        self.keep = keep
        self.escrowKey = escrowKey
    }
}
