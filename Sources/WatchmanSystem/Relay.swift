import Glibc
import WatchmanCore

/// Carries bytes between this process's standard streams and a port of this machine.
public enum Relay {
    private static let chunk = 64 << 10

    /// Connects to `127.0.0.1:port` and carries both directions until both have ended.
    ///
    /// - Throws: `WatchmanError` (`unavailable`) if nothing listens there.
    public static func standardStreams(port: Int) throws {
        let descriptor = try self.connect(port)
        defer { close(descriptor) }
        signal(SIGPIPE, SIG_IGN)
        var buffer = [UInt8](repeating: 0, count: self.chunk)
        var inputIsOpen = true
        while true {
            var waits = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: inputIsOpen ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&waits, 2, -1) >= 0 || errno == EINTR else { return }
            if waits[1].revents != 0, !self.copy(from: STDIN_FILENO, to: descriptor, &buffer) {
                inputIsOpen = false
                shutdown(descriptor, Int32(SHUT_WR))
            }
            if waits[0].revents != 0, !self.copy(from: descriptor, to: STDOUT_FILENO, &buffer) { return }
        }
    }

    private static func connect(_ port: Int) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            close(descriptor)
            throw WatchmanError(.unavailable, "nothing answers on the device's port \(port)")
        }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        return descriptor
    }

    /// Copies what is there; says whether the stream goes on.
    private static func copy(from source: Int32, to target: Int32, _ buffer: inout [UInt8]) -> Bool {
        let count = read(source, &buffer, buffer.count)
        if count < 0 && errno == EINTR { return true }
        guard count > 0 else { return false }
        var done = 0
        while done < count {
            let written = buffer.withUnsafeBytes { write(target, $0.baseAddress?.advanced(by: done), count - done) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { return false }
            done += written
        }
        return true
    }
}
