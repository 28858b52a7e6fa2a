import Glibc

/// The addresses of this machine (getifaddrs(3)).
enum NetworkAddresses {
    /// Numeric addresses of the interfaces that are up, without loopback and without link-local IPv6, which every interface has.
    static func current() -> [String] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        return sequence(first: first, next: { $0?.pointee.ifa_next })
            .compactMap { $0.flatMap { Self.address(of: $0.pointee) } }
            .filter { !$0.utf8.starts(with: "fe80:".utf8) }
    }

    private static func address(of interface: ifaddrs) -> String? {
        let flags = interface.ifa_flags
        guard flags & UInt32(IFF_UP) != 0, flags & UInt32(IFF_LOOPBACK) == 0 else { return nil }
        return interface.ifa_addr.flatMap { Self.numeric($0) }
    }

    /// The address in digits, or nil for a family other than IPv4 and IPv6.
    static func numeric(_ address: UnsafePointer<sockaddr>) -> String? {
        let length: Int
        switch Int32(address.pointee.sa_family) {
        case AF_INET: length = MemoryLayout<sockaddr_in>.size
        case AF_INET6: length = MemoryLayout<sockaddr_in6>.size
        default: return nil
        }
        var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let status = getnameinfo(address, socklen_t(length), &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST)
        guard status == 0 else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
