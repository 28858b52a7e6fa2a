import NIOCore
import Testing

@testable import WatchmanServer

/// Who shares a limit with whom.
@Suite struct ConnectionsTests {
    @Test func `one address cannot take what all share`() {
        let connections = Connections(limit: 10, perSource: 4)
        let taken = (0..<6).map { _ in connections.enter([192, 0, 2, 1]) }
        #expect(taken == [true, true, true, true, false, false])
        #expect(connections.enter([192, 0, 2, 2]))
        connections.leave([192, 0, 2, 1])
        #expect(connections.enter([192, 0, 2, 1]))
        #expect(connections.total == 5)
    }

    @Test func `all together have a limit, too`() {
        let connections = Connections(limit: 3, perSource: 2)
        let taken = (0..<5).map { connections.enter([UInt8($0)]) }
        #expect(taken == [true, true, true, false, false])
    }

    @Test(
        arguments: [
            ("192.0.2.1", [192, 0, 2, 1]), ("::ffff:192.0.2.1", [192, 0, 2, 1]),
            ("2001:db8:1:2:3:4:5:6", [0x20, 1, 0x0d, 0xb8, 0, 1, 0, 2]),
            ("2001:db8:1:2::9", [0x20, 1, 0x0d, 0xb8, 0, 1, 0, 2]), ("::1", [0, 0, 0, 0, 0, 0, 0, 0]),
        ] as [(String, [UInt8])])
    func `a source is an IPv4 address or half of an IPv6 address`(text: String, source: [UInt8]) throws {
        #expect(Connections.source(try SocketAddress(ipAddress: text, port: 1)) == source)
    }

    @Test func `what has no address shares one source`() throws {
        #expect(Connections.source(nil) == [])
        #expect(Connections.source(try SocketAddress(unixDomainSocketPath: "/run/x")) == [])
    }
}
