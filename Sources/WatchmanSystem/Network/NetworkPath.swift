import Dispatch
import Glibc

/// What the kernel would do with packets to another machine.
public enum NetworkPath {
    /// The address that a packet to `remote` would come from now (16 bytes, IPv4 as ::ffff:a.b.c.d), or nil if there is no route.
    ///
    /// Connecting a UDP socket sends nothing; it only looks the route up.
    public static func source(to remote: TCPPeers.Endpoint) -> [UInt8]? {
        Self.withSocket(SOCK_DGRAM, remote) { descriptor, address, length -> [UInt8]? in
            guard connect(descriptor, address, length) == 0 else { return nil }
            var own = sockaddr_storage()
            var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
            return withUnsafeMutablePointer(to: &own) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { own in
                    guard getsockname(descriptor, own, &size) == 0 else { return nil }
                    return NetworkAddresses.numeric(own).flatMap { TCPPeers.Endpoint($0, port: 0)?.address }
                }
            }
        } ?? nil
    }

    /// Whether the machine has this address, as far as it can be told.
    public static func isOwn(_ address: TCPPeers.Endpoint) -> Bool {
        var local = address
        local.port = 0
        let isGone = Self.withSocket(SOCK_DGRAM, local) { bind($0, $1, $2) != 0 && errno == EADDRNOTAVAIL }
        return isGone != true
    }

    /// Whether something accepts a connection there within this time.
    public static func answers(_ remote: TCPPeers.Endpoint, milliseconds: Int32) async -> Bool {
        await withCheckedContinuation { continuation in
            // The call blocks, so it must not hold a thread of Swift's own pool.
            DispatchQueue.global().async {
                let answer = Self.withSocket(SOCK_STREAM, remote) { descriptor, address, length in
                    _ = connect(descriptor, address, length)
                    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    guard poll(&wait, 1, milliseconds) == 1 else { return false }
                    var problem: Int32 = 0
                    var size = socklen_t(MemoryLayout<Int32>.size)
                    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &problem, &size) == 0 && problem == 0
                }
                continuation.resume(returning: answer == true)
            }
        }
    }

    /// Lends a socket that does not block, and the address in the form of its family; nil if the machine has no such sockets.
    private static func withSocket<Value>(
        _ type: __socket_type, _ endpoint: TCPPeers.Endpoint,
        _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Value
    ) -> Value? {
        let family = endpoint.isVersion4 ? AF_INET : AF_INET6
        let flags = Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(family, Int32(type.rawValue) | flags, 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let port = in_port_t(truncatingIfNeeded: endpoint.port).bigEndian
        if endpoint.isVersion4 {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(family)
            address.sin_port = port
            withUnsafeMutableBytes(of: &address.sin_addr) { $0.copyBytes(from: endpoint.address.suffix(4)) }
            return Self.rebind(address) { body(descriptor, $0, $1) }
        }
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(family)
        address.sin6_port = port
        withUnsafeMutableBytes(of: &address.sin6_addr) { $0.copyBytes(from: endpoint.address) }
        return Self.rebind(address) { body(descriptor, $0, $1) }
    }

    private static func rebind<Address, Value>(
        _ address: Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
    ) -> Value {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }
}
