import Glibc

/// Unix sockets.
public enum UnixSocket {
    /// An address for a path, or nil if the path is too long for one (107 bytes, unix(7)).
    static func address(_ path: [UInt8]) -> (sockaddr_un, socklen_t)? {
        var address = sockaddr_un()
        guard path.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        return (address, socklen_t((MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2) + path.count))
    }

    /// Whether something accepts connections at this path.
    public static func answers(_ path: String) -> Bool {
        guard let (address, length) = Self.address(Array(path.utf8)) else { return false }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) == 0 }
        }
    }
}
