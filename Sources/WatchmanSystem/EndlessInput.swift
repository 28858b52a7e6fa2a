public import Foundation
import Glibc
import WatchmanCore

/// A standard input on which nothing ever comes and that never ends, not even when the process that made it is gone.
public enum EndlessInput {
    /// Opens one, by a pipe (fifo(7)) at `path` that is there only meanwhile. Whoever has it is its own other end.
    ///
    /// - Throws: `WatchmanError` (`configuration`) that names the path.
    public static func open(at path: String) throws -> FileHandle {
        unlink(path)
        guard mkfifo(path, 0o600) == 0 else { throw WholeFile.failure("make the pipe", path) }
        defer { unlink(path) }
        let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw WholeFile.failure("open the pipe", path) }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }
}
