import CWatchman
import Glibc
import WatchmanCore

/// TCP connections for ssh, made one call after the other: whoever uses them has nothing else to do, and no thread to spare.
public enum TCPSocket {
    /// Connects to the first of a host's addresses that answers. While there are others an address has two seconds at most.
    ///
    /// - Returns: a blocking socket that delays no byte.
    /// - Throws: `WatchmanError` (`unavailable`) in ssh's own words.
    public static func connect(_ host: String, port: Int, within seconds: Int) throws -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, "\(port)", &hints, &list)
        guard status == 0, let list else {
            throw WatchmanError(
                .unavailable, "Could not resolve hostname \(host): \(String(cString: gai_strerror(status)))")
        }
        defer { freeaddrinfo(list) }
        var problem = ENOENT
        for entry in sequence(first: list, next: \.pointee.ai_next) {
            let isLast = entry.pointee.ai_next == nil
            switch self.connect(entry.pointee, within: isLast ? seconds : min(seconds, 2)) {
            case .success(let descriptor): return descriptor
            case .failure(let code): problem = code.number
            }
        }
        throw WatchmanError(
            .unavailable, "connect to host \(host) port \(port): \(String(cString: strerror(problem)))")
    }

    private struct Failure: Error { let number: Int32 }

    private static func connect(_ entry: addrinfo, within seconds: Int) -> Result<Int32, Failure> {
        let kind = entry.ai_socktype | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(entry.ai_family, kind, entry.ai_protocol)
        guard descriptor >= 0 else { return .failure(Failure(number: errno)) }
        var code: Int32 = 0
        if Glibc.connect(descriptor, entry.ai_addr, entry.ai_addrlen) != 0 { code = errno }
        if code == EINPROGRESS {
            code = self.wait(descriptor, POLLOUT, within: seconds) ? self.option(descriptor, SO_ERROR) : ETIMEDOUT
        }
        guard code == 0 else {
            close(descriptor)
            return .failure(Failure(number: code))
        }
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        self.tune(descriptor)
        return .success(descriptor)
    }

    /// Two stalls of 40 ms in each login come from Nagle's algorithm and delayed acknowledgements (tcp(7)); ssh sets neither on a socket
    /// that it is given, nor keepalive.
    private static func tune(_ descriptor: Int32) {
        self.set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        self.set(descriptor, Int32(IPPROTO_TCP), Int32(TCP_QUICKACK), 1)
        self.set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
    }

    /// Waits until ssh's greeting is there, and leaves it there. Only that proves a way: firewalls accept a connection and then swallow it.
    ///
    /// - Throws: `WatchmanError` (`unavailable`) in ssh's own words, or with what came instead.
    public static func awaitGreeting(_ descriptor: Int32, within seconds: Int) throws {
        let mark = Array("SSH-".utf8)
        // poll(2) heeds it, so that a greeting in pieces is waited for.
        self.set(descriptor, SOL_SOCKET, SO_RCVLOWAT, Int32(mark.count))
        defer { self.set(descriptor, SOL_SOCKET, SO_RCVLOWAT, 1) }
        guard self.wait(descriptor, POLLIN, within: seconds) else {
            throw WatchmanError(.unavailable, "Connection timed out during banner exchange")
        }
        var bytes = [UInt8](repeating: 0, count: 255)
        let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_PEEK))
        guard count != 0 else { throw WatchmanError(.unavailable, "Connection closed by remote host") }
        guard count > 0 else { throw WatchmanError(.unavailable, String(cString: strerror(errno))) }
        guard !bytes.starts(with: mark) else { return }
        let line = bytes.prefix(count).prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        throw WatchmanError(.unavailable, OutsideText.clean(String(decoding: line, as: UTF8.self), limit: 120))
    }

    /// Sends all of `bytes`, and reads what comes back up to an empty line and no byte further.
    ///
    /// - Throws: `WatchmanError` (`unavailable`) if it ends, takes too long, or has more than 16 KiB.
    public static func exchangeHead(_ descriptor: Int32, _ bytes: [UInt8], within seconds: Int) throws -> [UInt8] {
        // So short that the socket's buffer holds it.
        guard send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw WatchmanError(.unavailable, "Connection closed by remote host")
        }
        let end = ContinuousClock.now + .seconds(seconds)
        var head: [UInt8] = []
        while head.count < 16 << 10 {
            guard self.wait(descriptor, POLLIN, until: end) else {
                throw WatchmanError(.unavailable, "Connection timed out")
            }
            var byte: UInt8 = 0
            guard recv(descriptor, &byte, 1, 0) == 1 else {
                throw WatchmanError(.unavailable, "Connection closed by remote host")
            }
            head.append(byte)
            if head.suffix(4).elementsEqual("\r\n\r\n".utf8) || head.suffix(2).elementsEqual("\n\n".utf8) {
                return head
            }
        }
        throw WatchmanError(.unavailable, "the answer has no end")
    }

    /// Two sockets joined to each other.
    ///
    /// - Throws: `WatchmanError` (`unavailable`).
    public static func pair() throws -> (Int32, Int32) {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw WatchmanError(.unavailable, "no sockets: \(String(cString: strerror(errno)))")
        }
        return (ends[0], ends[1])
    }

    /// Gives a descriptor to ssh, which asked for one (`ProxyUseFdpass`) and waits at the other end of standard output.
    ///
    /// - Throws: `WatchmanError` (`unavailable`).
    public static func pass(_ descriptor: Int32) throws {
        guard watchman_pass_descriptor(STDOUT_FILENO, descriptor) else {
            throw WatchmanError(.unavailable, "cannot pass the connection on: \(String(cString: strerror(errno)))")
        }
    }

    private static func wait(_ descriptor: Int32, _ event: Int32, within seconds: Int) -> Bool {
        self.wait(descriptor, event, until: .now + .seconds(seconds))
    }

    private static func wait(_ descriptor: Int32, _ event: Int32, until end: ContinuousClock.Instant) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(event), revents: 0)
        while true {
            let rest = max(0, (end - .now) / .milliseconds(1))
            let count = poll(&entry, 1, Int32(rest.rounded(.up)))
            if count >= 0 || errno != EINTR { return count > 0 }
        }
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func option(_ descriptor: Int32, _ name: Int32) -> Int32 {
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, name, &value, &size)
        return value
    }
}
