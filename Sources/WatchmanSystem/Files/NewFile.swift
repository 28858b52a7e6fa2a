import Glibc

/// A file that is being made, piece by piece. For what is too large to be written from memory by `WholeFile`.
public struct NewFile {
    private let descriptor: Int32
    private let path: String

    /// Makes a file, which must not be there yet, of what `body` writes; it is on the disk when this returns, and gone if this throws.
    ///
    /// - Throws: `WatchmanError` (`exhausted` when the disk is full, else `configuration`) that names the file.
    public static func create(_ path: String, mode: UInt32, _ body: (NewFile) throws -> Void) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw WholeFile.failure("write", path) }
        do {
            defer { close(descriptor) }
            // The mode given to open(2) is cut by the umask.
            guard fchmod(descriptor, mode) == 0 else { throw WholeFile.failure("write", path) }
            try body(NewFile(descriptor: descriptor, path: path))
            guard fsync(descriptor) == 0 else { throw WholeFile.failure("write", path) }
        } catch {
            unlink(path)
            throw error
        }
    }

    /// Adds a piece.
    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        try WholeFile.writeAll(bytes, to: self.descriptor, path: self.path)
    }

    /// Adds a piece.
    public func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes(self.write) }
}
