import Foundation
import Glibc

/// Talks to systemd as sd_notify(3) does: one datagram to the socket named by `$NOTIFY_SOCKET`.
public struct ServiceNotifier: Sendable {
    private let socketPath: String?
    /// How often the watchdog wants to hear of us, or nil without one; half of what systemd allows.
    public let watchdogInterval: Duration?

    /// Reads what systemd put into the environment.
    public init(environment: [String: String]) {
        self.socketPath = environment["NOTIFY_SOCKET"]
        let limit = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        self.watchdogInterval = limit > 1 ? .microseconds(limit / 2) : nil
    }

    /// Sends lines such as `READY=1`; without systemd it does nothing.
    public func notify(_ state: String) {
        guard let socketPath else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var path = Array(socketPath.utf8)
        // A leading @ stands for the abstract namespace, which is written as a NUL.
        if path.first == UInt8(ascii: "@") { path[0] = 0 }
        guard let (address, length) = UnixSocket.address(path) else { return }
        let message = Array(state.utf8)
        _ = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
    }
}
