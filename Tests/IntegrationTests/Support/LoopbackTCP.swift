import Glibc
import WatchmanCore

/// A TCP client of 127.0.0.1, for single exchanges.
enum LoopbackTCP {
    /// Whether something accepts connections.
    static func answers(_ port: Int) -> Bool { (try? self.exchange(port, send: [], await: 0)) != nil }

    /// Connects, sends, and reads until `count` bytes are there, the other side ends, or a few seconds are over.
    ///
    /// - Throws: `WatchmanError` (`unavailable`) if nothing listens there.
    static func exchange(_ port: Int, send bytes: [UInt8] = [], await count: Int = 65536) throws -> [UInt8] {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw WatchmanError(.unavailable, "nothing listens on port \(port)") }
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while answer.count < count {
            let got = recv(descriptor, &buffer, buffer.count, 0)
            guard got > 0 else { break }
            answer += buffer.prefix(got)
        }
        return answer
    }
}
