public import WatchmanCore

/// Writes an archive, member by member, never holding more than a chunk of one in memory.
public struct TarWriter {
    private let file: NewFile
    private let path: String

    /// Makes a new archive (0600) of what `body` adds; it is on the disk when this returns, and gone if this throws.
    ///
    /// - Throws: `WatchmanError` (`exhausted` when the disk is full, else `configuration`) that names the file.
    public static func create(_ path: String, _ body: (TarWriter) throws -> Void) throws {
        try NewFile.create(path, mode: 0o600) { file in
            try body(TarWriter(file: file, path: path))
            // Two empty blocks are the end of an archive.
            try file.write([UInt8](repeating: 0, count: 2 * TarEntry.block))
        }
    }

    /// Adds a member.
    public func add(_ entry: TarEntry, _ content: [UInt8]) throws {
        try self.add(entry) { write in try content.withUnsafeBytes(write) }
    }

    /// Adds the content of a file as a member.
    public func add(_ entry: TarEntry, contentOf file: String) throws {
        try self.add(entry) { write in try FileChunks.read(file, write) }
    }

    private func add(
        _ entry: TarEntry, _ content: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) throws {
        let header: [UInt8]
        do { header = try entry.encode() } catch {
            throw WatchmanError(.configuration, "cannot write \(entry.name) to \(self.path): \(error)")
        }
        try self.file.write(header)
        var size: Int64 = 0
        try content { piece in
            size += Int64(piece.count)
            try self.file.write(piece)
        }
        guard size == entry.size else {
            throw WatchmanError(.conflict, "\(entry.name) changed while it was written to \(self.path)")
        }
        try self.file.write([UInt8](repeating: 0, count: entry.padding))
    }
}
