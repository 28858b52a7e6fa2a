import Foundation
import Testing

@testable import WatchmanSystem

@Suite struct TCPConnectionTests {
    /// Rows as Linux prints them: a listener, a connection at rest, one that gets no answer, one over IPv6, one that is being made.
    private static let version4 = Data(
        """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 100 1 0000000000000000 100 0 0 10 0
           1: 070200C0:9C40 017100CB:08AE 01 00000000:00000000 02:000A8C2E 00000000     0        0 101 2 0000000000000000 20 4 30 10 -1
           2: 070200C0:9C41 017100CB:08AE 01 00000024:00000000 01:00000280 00000005     0        0 102 2 0000000000000000 20 4 30 1 7
           3: 070200C0:9C42 017100CB:08AE 02 00000001:00000000 01:00000064 00000001     0        0 103 2 0000000000000000 100 0 0 1 7

        """.utf8)
    private static let version6 = Data(
        """
          sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0000000000000000FFFF0000070200C0:9C43 0000000000000000FFFF0000017100CB:08AE 01 00000000:00000000 00:00000000 00000000     0        0 104 1 0000000000000000 20 4 0 10 -1

        """.utf8)
    private static let rows = TCPConnection.parse([version4, version6], sockets: [100, 101, 102, 104, 103, 999])

    @Test func `a connection at rest waits for nothing, whatever its keepalive does`() throws {
        let row = try #require(Self.rows[101])
        #expect(row.local == TCPPeers.Endpoint("192.0.2.7", port: 40000))
        #expect(row.remote == TCPPeers.Endpoint("203.0.113.1", port: 2222))
        #expect(row.isEstablished && row.retransmits == 0 && row.nextRetransmit == .zero)
    }

    @Test func `a connection without an answer says how often it tried, and when it tries again`() throws {
        let row = try #require(Self.rows[102])
        #expect(row.retransmits == 5 && row.nextRetransmit == .milliseconds(6400))
    }

    @Test func `IPv4 inside IPv6 is IPv4`() throws {
        let row = try #require(Self.rows[104])
        #expect(row.local == TCPPeers.Endpoint("192.0.2.7", port: 40003) && row.local.isVersion4)
    }

    @Test func `what is being made is not there yet, and a listener is no connection`() {
        #expect(Self.rows[103]?.isEstablished == false)
        #expect(Self.rows[100] == nil && Self.rows[999] == nil)
    }

    @Test func `what is no table has no connections`() {
        for text in ["", "\n", "x\n0: 1 2 3\n", "h\n 1: zz:1 yy:2 01 a:b 01:zz gg 0 0 101\n"] {
            #expect(TCPConnection.parse([Data(text.utf8)], sockets: [101]).isEmpty)
        }
    }
}
