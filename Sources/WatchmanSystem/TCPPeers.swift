import Foundation
public import Glibc

/// The other ends of the TCP connections to one port of this machine (proc(5), /proc/net/tcp and /proc/net/tcp6).
public struct TCPPeers: Sendable {
    /// An address and a port.
    public struct Endpoint: Hashable, Sendable {
        /// 16 bytes; IPv4 as ::ffff:a.b.c.d, as a socket that listens on :: sees it.
        public let address: [UInt8]
        /// The port.
        public var port: Int

        /// An endpoint as programs print it, or nil if `address` is none. A zone such as `%eth0` does not count.
        public init?(_ address: String, port: Int) {
            let bare = String(decoding: address.utf8.prefix { $0 != UInt8(ascii: "%") }, as: UTF8.self)
            var (old, new) = (in_addr(), in6_addr())
            if inet_pton(AF_INET, bare, &old) == 1 {
                self.address = Self.mapped + withUnsafeBytes(of: old) { Array($0) }
            } else if inet_pton(AF_INET6, bare, &new) == 1 {
                self.address = withUnsafeBytes(of: new) { Array($0) }
            } else {
                return nil
            }
            self.port = port
        }

        /// The kernel prints an address as the machine's integers of 32 bits.
        init?(kernel field: some Collection<UInt8>) {
            let parts = field.split(separator: UInt8(ascii: ":"))
            guard parts.count == 2, let port = Int(String(decoding: parts[1], as: UTF8.self), radix: 16) else {
                return nil
            }
            var (bytes, rest) = ([UInt8](), parts[0][...])
            while !rest.isEmpty {
                guard let word = UInt32(String(decoding: rest.prefix(8), as: UTF8.self), radix: 16) else { return nil }
                bytes += withUnsafeBytes(of: word) { Array($0) }
                rest = rest.dropFirst(8)
            }
            guard [4, 16].contains(bytes.count) else { return nil }
            self.address = bytes.count == 4 ? Self.mapped + bytes : bytes
            self.port = port
        }

        /// Whether the address is one of IPv4.
        public var isVersion4: Bool { self.address.starts(with: Self.mapped) }

        private static let mapped = [UInt8](repeating: 0, count: 10) + [0xff, 0xff]
    }

    /// The socket of each connection, at the end that is here.
    public let inodes: [Endpoint: UInt64]

    /// Reads the tables as they are now.
    public static func read(port: Int) -> TCPPeers {
        let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map {
            (try? FileHandle(forReadingAtPath: $0)?.readToEnd()) ?? Data()
        }
        return TCPPeers(parsing: tables, port: port)
    }

    /// Reads the connections to several ports.
    public static func read(ports: [Int]) -> TCPPeers {
        TCPPeers(inodes: ports.reduce(into: [:]) { all, port in all.merge(self.read(port: port).inodes) { $1 } })
    }

    private init(inodes: [Endpoint: UInt64]) { self.inodes = inodes }

    /// Parses tables: `sl local_address rem_address st ... inode`.
    init(parsing tables: [Data], port: Int) {
        let hex = String(port, radix: 16, uppercase: true)
        let mark = Array(":\(String(repeating: "0", count: max(0, 4 - hex.utf8.count)))\(hex)".utf8)
        var inodes: [Endpoint: UInt64] = [:]
        for line in tables.flatMap({ Array($0).split(separator: UInt8(ascii: "\n")).dropFirst() }) {
            let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 4)
            // 0A is LISTEN.
            guard fields.count > 4, fields[1].suffix(5).elementsEqual(mark), !fields[3].elementsEqual("0A".utf8) else {
                continue
            }
            let rest = fields[4].split(separator: UInt8(ascii: " "), maxSplits: 6)
            // A socket without an inode is one that no process has any more.
            guard rest.count > 5, let inode = UInt64(String(decoding: rest[5], as: UTF8.self)), inode > 0,
                let peer = Endpoint(kernel: fields[2])
            else { continue }
            inodes[peer] = inode
        }
        self.inodes = inodes
    }

    /// Whether some process still has the connection.
    public func contains(_ endpoint: Endpoint) -> Bool { self.inodes[endpoint] != nil }

    /// The processes that have the connection, looked for among those whose name is in `names`.
    public func holders(of endpoint: Endpoint, among names: Set<String>) -> [pid_t] {
        self.inodes[endpoint].map { Processes.holders(ofSocket: $0, among: names) } ?? []
    }
}
