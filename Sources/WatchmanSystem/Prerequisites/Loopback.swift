import Foundation
import Glibc

/// Talks to this machine's own ports.
public enum Loopback {
    /// The first line, at most 255 bytes as RFC 4253 section 4.2 has it, that a server on 127.0.0.1 sends by itself; nil if nothing
    /// comes within some seconds.
    public static func banner(port: Int, seconds: Int = 3) async -> String? {
        await withCheckedContinuation { continuation in
            // The calls block, so they must not hold a thread of Swift's own pool.
            DispatchQueue.global().async { continuation.resume(returning: Self.readBanner(port, seconds)) }
        }
    }

    private static func readBanner(_ port: Int, _ seconds: Int) -> String? {
        guard let port = in_port_t(exactly: port) else { return nil }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var patience = timeval(tv_sec: seconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return status == 0 ? Self.readLine(descriptor) : nil
    }

    private static func readLine(_ descriptor: Int32) -> String? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while line.count < 255, recv(descriptor, &byte, 1, 0) == 1, byte != UInt8(ascii: "\n") { line.append(byte) }
        return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
    }
}
