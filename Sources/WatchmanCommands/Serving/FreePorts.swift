import Glibc
import WatchmanCore

/// Ports of 127.0.0.1 that nobody listens on.
enum FreePorts {
    /// Asks the kernel for `count` different ports. Someone may take one before it is used; for the demo that is rare enough.
    static func take(_ count: Int) throws -> [Int] {
        let sockets = try (0..<count).map { _ in try Self.open() }
        defer { for socket in sockets { close(socket.descriptor) } }
        return sockets.map(\.port)
    }

    private static func open() throws -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
            }
        }
        guard status == 0 else { throw WatchmanError(.unavailable, "no port of 127.0.0.1 is free") }
        return (descriptor, Int(in_port_t(bigEndian: address.sin_port)))
    }
}
