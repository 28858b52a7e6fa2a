public import Foundation
import Glibc
import WatchmanCore

/// Writes files whole: another reader sees the old content or the new, and a power cut leaves one of them.
public enum WholeFile {
    /// Writes `content` to `path` with `mode`, by a temporary file in the same folder, fsync and rename(2).
    ///
    /// - Throws: `WatchmanError` (`exhausted` when the disk is full, else `configuration`) that names the file.
    public static func write(_ content: some DataProtocol, to path: String, mode: mode_t, owner: (uid_t, gid_t)? = nil)
        throws
    {
        let temporary = "\(path).\(getpid()).new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw Self.failure("write", path) }
        do {
            defer { close(descriptor) }
            // The mode given to open(2) is cut by the umask.
            guard fchmod(descriptor, mode) == 0 else { throw Self.failure("write", path) }
            if let owner, fchown(descriptor, owner.0, owner.1) != 0 { throw Self.failure("set the owner of", path) }
            try Array(content).withUnsafeBytes { try Self.writeAll($0, to: descriptor, path: path) }
            guard fsync(descriptor) == 0, rename(temporary, path) == 0 else { throw Self.failure("write", path) }
        } catch {
            unlink(temporary)
            throw error
        }
        Self.syncFolder(of: path)
    }

    /// Writes a text; see `write(_:to:mode:owner:)`.
    public static func write(_ text: String, to path: String, mode: mode_t, owner: (uid_t, gid_t)? = nil) throws {
        try Self.write(Array(text.utf8), to: path, mode: mode, owner: owner)
    }

    /// Reads a file, or nil if there is none.
    ///
    /// - Throws: `WatchmanError` (`configuration`) that names the file.
    public static func read(_ path: String) throws -> Data? {
        do {
            return try Data(contentsOf: URL(fileURLWithPath: path))
        } catch CocoaError.fileReadNoSuchFile {
            return nil
        } catch let error as CocoaError {
            errno = (error.underlying as? POSIXError)?.code.rawValue ?? EIO
            throw Self.failure("read", path)
        }
    }

    /// Reads a file that somebody else may have put there, or nil if there is none: nothing but a file, and not an endless one.
    ///
    /// - Throws: `WatchmanError` (`configuration`) that names the file.
    public static func read(_ path: String, limit: Int) throws -> Data? {
        // A pipe would let open(2) wait for ever.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw Self.failure("read", path)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.failure("read", path) }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= limit else {
            throw WatchmanError(.configuration, "cannot read \(path): it is not a file of at most \(limit) bytes")
        }
        return try FileHandle(fileDescriptor: descriptor, closeOnDealloc: false).read(upToCount: limit) ?? Data()
    }

    /// Makes a folder with exactly this mode unless it is there.
    ///
    /// - Throws: `WatchmanError` (`configuration`) that names the folder.
    public static func makeFolder(_ path: String, mode: mode_t, owner: (uid_t, gid_t)? = nil) throws {
        if mkdir(path, mode) != 0 {
            let problem = errno
            let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
            // In /proc and /sys a folder cannot be made although its parent is there.
            if problem == ENOENT, access(parent, F_OK) != 0 {
                try Self.makeFolder(parent, mode: 0o755)
                return try Self.makeFolder(path, mode: mode, owner: owner)
            }
            errno = problem
            guard problem == EEXIST else { throw Self.failure("create the folder", path) }
            let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard descriptor >= 0 else { throw Self.failure("use the folder", path) }
            close(descriptor)
        }
        guard chmod(path, mode) == 0 else { throw Self.failure("set the mode of", path) }
        if let owner, chown(path, owner.0, owner.1) != 0 { throw Self.failure("set the owner of", path) }
    }

    /// The error for the call that just failed, from errno.
    static func failure(_ verb: String, _ path: String) -> WatchmanError {
        let cause = String(cString: strerror(errno)).lowercased()
        let code: WatchmanError.Code = errno == ENOSPC || errno == EDQUOT ? .exhausted : .configuration
        return WatchmanError(code, "cannot \(verb) \(path): \(cause)")
    }

    static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("write", path) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Makes a rename to `path` durable; a file system that cannot is no reason to fail.
    public static func syncFolder(of path: String) {
        let folder = open(
            URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }
}
