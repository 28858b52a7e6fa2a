import Foundation
public import Glibc

/// A TCP connection of this machine as the kernel sees it (proc(5), /proc/net/tcp and /proc/net/tcp6).
public struct TCPConnection: Hashable, Sendable {
    /// This end.
    public var local: TCPPeers.Endpoint
    /// The other end.
    public var remote: TCPPeers.Endpoint
    /// Whether both ends have agreed to it.
    public var isEstablished: Bool
    /// How often in a row the kernel has sent the same bytes again without an answer.
    public var retransmits: Int
    /// How long until it sends them once more; zero if nothing waits for an answer.
    public var nextRetransmit: Duration

    /// Creates a connection.
    public init(
        local: TCPPeers.Endpoint, remote: TCPPeers.Endpoint, isEstablished: Bool = true, retransmits: Int = 0,
        nextRetransmit: Duration = .zero
    ) {
        self.local = local
        self.remote = remote
        self.isEstablished = isEstablished
        self.retransmits = retransmits
        self.nextRetransmit = nextRetransmit
    }

    /// The first connection of a process, by its descriptors, that does not lead to `other`.
    public static func first(of pid: pid_t, except other: TCPPeers.Endpoint?) -> TCPConnection? {
        let sockets = Processes.sockets(of: pid)
        guard !sockets.isEmpty else { return nil }
        let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map {
            (try? FileHandle(forReadingAtPath: $0)?.readToEnd()) ?? Data()
        }
        let rows = Self.parse(tables, sockets: Set(sockets))
        return sockets.lazy.compactMap { rows[$0] }.first { $0.remote != other }
    }

    /// Parses tables, `sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode`, down to these sockets.
    static func parse(_ tables: [Data], sockets: Set<UInt64>) -> [UInt64: TCPConnection] {
        var rows: [UInt64: TCPConnection] = [:]
        for line in tables.flatMap({ Array($0).split(separator: UInt8(ascii: "\n")).dropFirst() }) {
            let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 10)
            guard fields.count > 9, let inode = UInt64(String(decoding: fields[9], as: UTF8.self)),
                sockets.contains(inode), let local = TCPPeers.Endpoint(kernel: fields[1]),
                let remote = TCPPeers.Endpoint(kernel: fields[2]), remote.port != 0
            else { continue }
            // 01 is ESTABLISHED; timer 01 is that of retransmission, and its ticks are hundredths of a second.
            let timer = fields[5].split(separator: UInt8(ascii: ":")).map { String(decoding: $0, as: UTF8.self) }
            let ticks = timer.count == 2 && timer[0] == "01" ? Int(timer[1], radix: 16) ?? 0 : 0
            rows[inode] = TCPConnection(
                local: local, remote: remote, isEstablished: fields[3].elementsEqual("01".utf8),
                retransmits: Int(String(decoding: fields[6], as: UTF8.self), radix: 16) ?? 0,
                nextRetransmit: .milliseconds(10 * ticks))
        }
        return rows
    }
}
