import Foundation
import Glibc

/// Asks many ports of this machine at once whether an sshd answers there.
public enum BannerProbe {
    private static let greeting = Array("SSH-".utf8)

    /// Those of `ports` on 127.0.0.1 where `SSH-` comes (RFC 4253, 4.2) within so many seconds. A listener alone proves nothing: that of a
    /// dead tunnel takes connections and never says a word.
    public static func answering(_ ports: [Int], within seconds: Int) async -> Set<Int> {
        await withCheckedContinuation { continuation in
            // A thread of its own, because it blocks.
            Thread.detachNewThread { continuation.resume(returning: self.ask(ports, seconds)) }
        }
    }

    private static func ask(_ ports: [Int], _ seconds: Int) -> Set<Int> {
        var open = Dictionary(
            uniqueKeysWithValues: Set(ports).compactMap { port in self.connect(port).map { ($0, port) } })
        defer { for descriptor in open.keys { close(descriptor) } }
        var answering: Set<Int> = []
        let end = ContinuousClock.now + .seconds(seconds)
        while !open.isEmpty, ContinuousClock.now < end {
            var waits = open.keys.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            let left = (end - ContinuousClock.now) / .milliseconds(1)
            guard poll(&waits, nfds_t(waits.count), Int32(max(1, left))) > 0 else { continue }
            for wait in waits where wait.revents != 0 {
                guard let port = open.removeValue(forKey: wait.fd) else { continue }
                var buffer = [UInt8](repeating: 0, count: self.greeting.count)
                if recv(wait.fd, &buffer, buffer.count, 0) == buffer.count, buffer == self.greeting {
                    answering.insert(port)
                }
                close(wait.fd)
            }
        }
        return answering
    }

    private static func connect(_ port: Int) -> Int32? {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_INET, kind, 0)
        guard descriptor >= 0 else { return nil }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 || errno == EINPROGRESS else {
            close(descriptor)
            return nil
        }
        return descriptor
    }
}
