import Glibc
public import WatchmanCore

/// Reads an archive that anybody may have made. What `TarWriter` would not have written is refused, and no name is ever opened.
public final class TarReader {
    private let descriptor: Int32
    private let path: String
    /// Bytes of the file, and of the present member, that are not read yet.
    private var rest: Int64
    private var content: Int64 = 0
    private var padding = 0
    private var names: Set<String> = []

    /// Opens an archive.
    ///
    /// - Throws: `WatchmanError` (`configuration`) if it is not there or no plain file.
    public init(path: String) throws {
        // Not blocking, or opening a pipe would wait for its other end.
        self.descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard self.descriptor >= 0 else { throw WholeFile.failure("read", path) }
        self.path = path
        var status = stat()
        guard fstat(self.descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(self.descriptor)
            throw WatchmanError(.configuration, "\(path) is not a plain file")
        }
        self.rest = Int64(status.st_size)
    }

    deinit { close(self.descriptor) }

    /// The next member, or nil at the end.
    ///
    /// - Throws: `WatchmanError` (`configuration`) that says what is odd.
    public func next() throws -> TarEntry? {
        try self.read { _ in }
        let block = try self.block()
        guard block.contains(where: { $0 != 0 }) else {
            guard try self.block().allSatisfy({ $0 == 0 }), self.rest == 0 else {
                throw self.refused("it goes on after its end")
            }
            return nil
        }
        let entry: TarEntry
        do { entry = try TarEntry(block) } catch { throw self.refused("\(error)") }
        guard self.names.insert(entry.name).inserted else { throw self.refused("it has two members of one name") }
        guard entry.size + Int64(entry.padding) <= self.rest else { throw self.refused("it ends inside a member") }
        (self.content, self.padding) = (entry.size, entry.padding)
        return entry
    }

    /// Gives `sink` the rest of the present member's content, at most a MiB at a time.
    public func read(_ sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        let size = max(Int(min(self.content, Int64(FileChunks.size))), self.padding)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
        defer { buffer.deallocate() }
        while self.content > 0 {
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(min(self.content, Int64(buffer.count)))])
            try self.fill(part)
            self.content -= Int64(part.count)
            try sink(UnsafeRawBufferPointer(part))
        }
        let end = UnsafeMutableRawBufferPointer(rebasing: buffer[..<self.padding])
        try self.fill(end)
        self.padding = 0
        guard end.allSatisfy({ $0 == 0 }) else { throw self.refused("there is something between its members") }
    }

    private func block() throws -> [UInt8] {
        guard self.rest >= Int64(TarEntry.block) else { throw self.refused("it has no end") }
        var block = [UInt8](repeating: 0, count: TarEntry.block)
        try block.withUnsafeMutableBytes { try self.fill($0) }
        return block
    }

    private func fill(_ buffer: UnsafeMutableRawBufferPointer) throws {
        var done = 0
        while done < buffer.count {
            let count = Glibc.read(self.descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw WholeFile.failure("read", self.path) }
            guard count > 0 else { throw self.refused("it became shorter while it was read") }
            done += count
        }
        self.rest -= Int64(buffer.count)
    }

    private func refused(_ cause: String) -> WatchmanError {
        WatchmanError(.configuration, "\(self.path) is not a whole backup: \(cause)")
    }
}
