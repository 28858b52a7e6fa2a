import Glibc

/// Wakes a thread when something in a folder was written (inotify(7)), or when it shall stop.
public struct FolderWatch: ~Copyable {
    private static let events = UInt32(IN_MODIFY | IN_CREATE | IN_MOVED_TO)
    /// -1 if the kernel watches no more folders; then looking now and then must do.
    private let descriptor: Int32

    /// Watches from now on.
    public init(_ folder: String) {
        let descriptor = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
        self.descriptor = descriptor
        if descriptor >= 0 { inotify_add_watch(descriptor, folder, Self.events) }
    }

    deinit {
        if self.descriptor >= 0 { close(self.descriptor) }
    }

    /// Blocks until something was written since the last call, but no longer than so many milliseconds; says whether to go on, which it is
    /// until the other end of the pipe `stop` is closed.
    public func wait(milliseconds: Int32, stop: Int32) -> Bool {
        var waits = [
            pollfd(fd: self.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&waits, 2, milliseconds) > 0 else { return true }
        var buffer = [UInt8](repeating: 0, count: 4096)
        while waits[0].revents != 0 && read(self.descriptor, &buffer, buffer.count) > 0 {}
        return waits[1].revents == 0
    }
}
