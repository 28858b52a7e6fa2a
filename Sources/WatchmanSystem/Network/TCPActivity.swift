import CWatchman

/// What has passed over an established TCP connection of this machine, as the kernel counts it (sock_diag(7), tcp(7)).
public struct TCPActivity: Hashable, Sendable {
    /// The port of this end.
    public var localPort: Int
    /// The port of the other end.
    public var remotePort: Int
    /// How long the other end has not been heard of, be it by data or by an acknowledgement.
    public var silence: Duration
    /// Bytes both ways, with the headers of IP and TCP.
    public var bytes: Int64

    /// Creates an activity.
    public init(localPort: Int, remotePort: Int, silence: Duration, bytes: Int64) {
        self.localPort = localPort
        self.remotePort = remotePort
        self.silence = silence
        self.bytes = bytes
    }

    /// All connections as they are now, by their sockets' inodes; none where the kernel does not tell (CONFIG_INET_DIAG).
    public static func read() -> [UInt64: TCPActivity] {
        var rows = [watchman_connection](repeating: watchman_connection(), count: 1024)
        var count = watchman_list_connections(&rows, rows.count)
        // Some may come while it is asked.
        while count > rows.count {
            rows = Array(repeating: watchman_connection(), count: count + count / 8)
            count = watchman_list_connections(&rows, rows.count)
        }
        let pairs = rows.prefix(max(0, count)).map { ($0.inode, TCPActivity($0)) }
        return Dictionary(pairs) { first, _ in first }
    }

    private init(_ row: watchman_connection) {
        self.localPort = Int(row.local_port)
        self.remotePort = Int(row.remote_port)
        self.silence = .milliseconds(Int(row.silence))
        self.bytes = Int64(clamping: row.bytes) + Int64(clamping: row.packets) * (row.is_version_6 ? 72 : 52)
    }
}
