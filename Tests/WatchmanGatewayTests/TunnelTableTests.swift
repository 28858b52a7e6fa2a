import Glibc
import Testing
import WatchmanSystem

@testable import WatchmanGateway

@Suite struct TunnelTableTests {
    /// A socket of this process.
    private static func withSocket(_ body: (UInt64) throws -> Void) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var status = stat()
        try #require(fstat(descriptor, &status) == 0)
        try body(UInt64(status.st_ino))
    }

    @Test func `the holder of a port is an elder only for those who come later`() throws {
        try Self.withSocket { inode in
            let table = TunnelTable()
            table.note(child: getpid())
            table.everythingWasRead(at: .now)
            table.settle([20000: inode])
            #expect(table.elder(port: 20000) == nil, "it may be the newcomer itself")
            table.everythingWasRead(at: .now)
            #expect(table.elder(port: 20000) == getpid())
            #expect(table.elder(port: 20001) == nil)
            table.settle([20000: inode + 1_000_000])
            #expect(table.elder(port: 20000) == nil, "another connection holds it")
        }
    }

    @Test func `who does not hold the socket holds no port`() throws {
        try Self.withSocket { inode in
            let table = TunnelTable()
            #expect(table.child(holding: inode) == nil)
            table.note(child: getppid())
            table.settle([20000: inode])
            table.everythingWasRead(at: .now)
            #expect(table.elder(port: 20000) == nil)
            table.note(child: getpid())
            #expect(table.child(holding: inode) == getpid())
        }
    }
}
