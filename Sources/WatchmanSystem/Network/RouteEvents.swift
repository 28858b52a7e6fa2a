import CWatchman
import Foundation
import Glibc

/// The kernel's word that links, addresses or routes of this machine have changed (rtnetlink(7)).
public enum RouteEvents {
    /// A stream with an element after each change; changes that come while nobody looks are one. It never yields where the kernel
    /// does not tell.
    public static func stream() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let events = watchman_open_route_events()
        guard events >= 0 else { return stream }
        let stop = Pipe()
        continuation.onTermination = { _ in try? stop.fileHandleForWriting.close() }
        Thread.detachNewThread {
            defer { close(events) }
            while Self.wait(for: events, or: stop.fileHandleForReading.fileDescriptor) { continuation.yield() }
        }
        return stream
    }

    /// Waits for events and takes them all; false when it is to stop.
    private static func wait(for events: Int32, or stop: Int32) -> Bool {
        var waits = [events, stop].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while poll(&waits, 2, -1) < 0 && errno == EINTR {}
        guard waits[1].revents == 0, waits[0].revents & Int16(POLLIN | POLLERR) != 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: 16384)
        // What changed does not matter. ENOBUFS tells of changes that were dropped.
        while recv(events, &buffer, buffer.count, 0) > 0 || errno == ENOBUFS || errno == EINTR {}
        return true
    }
}
