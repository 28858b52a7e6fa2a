import Foundation
import Glibc
import Testing

@testable import WatchmanSystem

@Suite struct TCPPeersTests {
    /// As a little-endian kernel prints them: the listener, two connections to port 2222, one that no process has any more, one of
    /// another port, damage.
    static let old = """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 00000000:08AE 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 100 1 0 100 0 0 10 0
           1: 0100007F:08AE 0700A8C0:B928 01 00000000:00000000 02:000AFC1E 00000000     0        0 140000 2 0 20 4 17 18 -1
           2: 0100007F:08AE 0700A8C0:B929 08 00000000:00000000 02:000AFC1E 00000000     0        0 140001 2 0 20 4 17 18 -1
           3: 0100007F:08AE 0700A8C0:B92A 06 00000000:00000000 03:00000A1B 00000000     0        0 0 3 0
           4: 0100007F:8AE0 0700A8C0:B92B 01 00000000:00000000 02:000AFC1E 00000000     0        0 140002 2 0 20 4 17 18 -1
           5: 0100007F:08AE XX00A8C0:B92C 01 00000000:00000000 02:000AFC1E 00000000     0        0 140003 2 0 20 4 17 18 -1
           6: 0100007F:08AE 0700A8C0:B92D 01

        """
    /// An IPv6 peer, 2001:db8::7, and an IPv4 one of a socket that listens on ::.
    static let new = """
          sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 00000000000000000000000001000000:08AE B80D0120000000000000000007000000:0001 01 00000000:00000000 00:00000000 00000000     0        0 150000 1 0 20 4 30 10 -1
           1: 0000000000000000FFFF00000100007F:08AE 0000000000000000FFFF00000800A8C0:FFFF 01 00000000:00000000 00:00000000 00000000     0        0 150001 1 0 20 4 30 10 -1

        """

    @Test(arguments: [
        ("192.168.0.7", 47400, 140000), ("192.168.0.7", 47401, 140001), ("2001:db8::7", 1, 150000),
        ("2001:DB8:0::0007%eth0", 1, 150000), ("192.168.0.8", 65535, 150001), ("::ffff:192.168.0.8", 65535, 150001),
    ])
    func `a peer is found however its address is written`(address: String, port: Int, inode: UInt64) throws {
        let peers = TCPPeers(parsing: [Data(Self.old.utf8), Data(Self.new.utf8)], port: 2222)
        #expect(peers.inodes[try #require(TCPPeers.Endpoint(address, port: port))] == inode)
        #expect(peers.inodes.count == 4)
    }

    @Test(arguments: ["", "192.168.0", "192.168.0.7.1", "localhost", "1.2.3.4 ", "::1::", "UNKNOWN", "%eth0"])
    func `what is no address is no endpoint`(address: String) {
        #expect(TCPPeers.Endpoint(address, port: 1) == nil)
    }

    @Test func `a connection that is there has its process, and none when it ends`() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let port = try Self.bound(listener) { listen($0, 1) }
        let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let clientPort = try Self.connected(client, to: port)
        let server = accept(listener, nil, nil)
        let peer = try #require(TCPPeers.Endpoint("127.0.0.1", port: clientPort))
        let name = try #require(Processes.name(of: getpid()))
        let peers = TCPPeers.read(port: port)
        #expect(peers.contains(peer))
        #expect(peers.holders(of: peer, among: [name]) == [getpid()])
        #expect(peers.holders(of: peer, among: ["sshd"]) == [])
        for descriptor in [client, server, listener] { close(descriptor) }
        #expect(!TCPPeers.read(port: port).contains(peer))
    }

    private static func bound(_ socket: Int32, _ then: (Int32) -> Int32) throws -> Int {
        try self.withAddress(0) { bind(socket, $0, $1) }
        try #require(then(socket) == 0)
        return try self.port(socket)
    }

    private static func connected(_ socket: Int32, to port: Int) throws -> Int {
        try self.withAddress(port) { connect(socket, $0, $1) }
        return try self.port(socket)
    }

    private static func withAddress(
        _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(status == 0)
    }

    private static func port(_ socket: Int32) throws -> Int {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
        }
        try #require(status == 0)
        return Int(in_port_t(bigEndian: address.sin_port))
    }
}
