import Glibc
import Testing
import WatchmanSystem

/// The kernel's own table, longer than the page that one read gives.
@Suite(.logs)
struct SocketTableTests {
    @Test func `every listening port is found, however many there are`() throws {
        let sockets = try (0..<200).map { _ in try Self.listen() }
        defer { for socket in sockets { close(socket.descriptor) } }
        #expect(SocketTable.read().ports.isSuperset(of: sockets.map(\.port)))
    }

    private static func listen() throws -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && Glibc.listen(descriptor, 1) == 0
                    ? getsockname(descriptor, $0, &length) : -1
            }
        }
        try #require(status == 0)
        return (descriptor, Int(in_port_t(bigEndian: address.sin_port)))
    }
}
