import Glibc
import NIOCore
import Synchronization

/// Counts open connections, in all and by where they come from.
final class Connections: Sendable {
    private struct Counts {
        var total = 0
        var bySource: [[UInt8]: Int] = [:]
    }

    private let limit: Int
    private let limitPerSource: Int
    private let counts = Mutex(Counts())

    init(limit: Int, perSource: Int) {
        self.limit = limit
        self.limitPerSource = perSource
    }

    /// Connections that are open now.
    var total: Int { self.counts.withLock(\.total) }

    /// Counts a connection, unless there are too many already.
    func enter(_ source: [UInt8]) -> Bool {
        self.counts.withLock { counts in
            guard counts.total < self.limit, counts.bySource[source, default: 0] < self.limitPerSource else {
                return false
            }
            counts.total += 1
            counts.bySource[source, default: 0] += 1
            return true
        }
    }

    /// Takes a counted connection back.
    func leave(_ source: [UInt8]) {
        self.counts.withLock { counts in
            counts.total -= 1
            let rest = counts.bySource[source, default: 0] - 1
            counts.bySource[source] = rest > 0 ? rest : nil
        }
    }

    /// What counts as one source: an IPv4 address, also as IPv6 writes it, or the first half of an IPv6 address, because a site has
    /// that many (RFC 6177). Without an address all share one.
    static func source(_ address: SocketAddress?) -> [UInt8] {
        let text = address?.ipAddress ?? ""
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes.prefix(4)) }
        guard inet_pton(AF_INET6, text, &bytes) == 1 else { return [] }
        let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10...11].allSatisfy { $0 == 0xff }
        return Array(isMapped ? bytes.suffix(4) : bytes.prefix(8))
    }
}
