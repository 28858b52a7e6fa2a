import Foundation
import Testing

@testable import WatchmanSystem

@Suite struct SocketTableTests {
    /// Lines that a kernel printed: two device ports, one on all addresses, a connection, IPv6 in disguise and damage.
    static let table = """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0100007F:4E20 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1001        0 48211 1 0000000000000000 100 0 0 10 0
           1: 0100007F:4E21 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1001        0 18446744073709551615 1 0 100 0 0 10 0
           2: 00000000:08AE 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 17002 1 0 100 0 0 10 0
           3: 0100007F:4E22 0100007F:C350 01 00000000:00000000 02:00000A1B 00000000  1001        0 48300 2 0 20 4 30 10 -1
           4: 0200007F:4E23 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1001        0 48400 1 0 100 0 0 10 0
           5: 0100007F:4E24 00000000:0000 0A
           6: 0100007F:XYZ 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1001        0 48500 1 0 100 0 0 10 0
           7: 0100007F:4E25 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1001        0 none 1 0 100 0 0 10 0
           8: 0100007F:FFFF 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1001        0 7 1 0 100 0 0 10 0

        """

    @Test func `listening sockets of 127.0.0.1 are found with their inodes, nothing else`() {
        let table = SocketTable(parsing: Data(Self.table.utf8))
        #expect(table.inodes == [20000: 48211, 20001: UInt64.max, 65535: 7])
        #expect(table.ports == [20000, 20001, 65535])
    }

    @Test(arguments: ["", "\n", "sl local_address\n", "\0\0\0", "  sl\n 0:\n"])
    func `a table without rows holds nothing`(text: String) {
        #expect(SocketTable(parsing: Data(text.utf8)).ports.isEmpty)
    }

    @Test func `the first line is the heading, whatever it says`() {
        let line = "0: 0100007F:4E20 00000000:0000 0A 0:0 0:0 0 0 0 5 1\n"
        #expect(SocketTable(parsing: Data(line.utf8)).ports.isEmpty)
        #expect(SocketTable(parsing: Data((line + line).utf8)).inodes == [20000: 5])
    }

    @Test func `a file that is not there is an empty table`() {
        #expect(SocketTable.read(path: "/nonexistent/tcp").ports.isEmpty)
    }

    @Test func `a port that nobody holds has no owner`() {
        #expect(SocketTable(parsing: Data(Self.table.utf8)).owner(of: 9, among: ["sshd"]) == nil)
    }
}
