import Foundation
import Glibc

/// Reads a log as it grows. sshd appends each line by one write and keeps the file open.
public struct LogTail: Sendable {
    /// How far a log was read.
    public struct Place: Hashable, Sendable {
        /// The file.
        var inode: UInt64
        /// The bytes of it that were read.
        var offset: Int64

        init(inode: UInt64 = 0, offset: Int64 = 0) {
            self.inode = inode
            self.offset = offset
        }

        /// Reads what `text` gave; anything else is the beginning.
        public init(_ text: String?) {
            let numbers = (text ?? "").split(separator: ":", maxSplits: 1)
            guard numbers.count == 2, let inode = UInt64(numbers[0]), let offset = Int64(numbers[1]), offset >= 0 else {
                self.init()
                return
            }
            self.init(inode: inode, offset: offset)
        }

        /// The place, to be kept.
        public var text: String { "\(self.inode):\(self.offset)" }
    }

    private static let chunk = 256 << 10
    private let path: String
    /// How far the log was read; the reader goes on when it has dealt with what `next` gave.
    var place: Place

    init(path: String, from place: Place) {
        self.path = path
        self.place = place
    }

    /// A reader of what comes from now on.
    init(endOf path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        let (inode, size) = Self.identity(descriptor) ?? (0, 0)
        self.init(path: path, from: Place(inode: inode, offset: size))
    }

    /// The whole lines behind the place, and where they end.
    func next() -> (lines: [UInt8], end: Place)? {
        let descriptor = open(self.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard let (inode, size) = Self.identity(descriptor) else { return nil }
        let isSame = inode == self.place.inode && size >= self.place.offset
        let offset = isSame ? self.place.offset : 0
        guard size > offset else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(min(size - offset, Int64(Self.chunk))))
        let count = pread(descriptor, &bytes, bytes.count, off_t(offset))
        guard count > 0 else { return nil }
        // What has no end yet comes with the next look. sshd's lines have some 1000 bytes: what fills a chunk is none.
        let end = bytes[..<count].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? (count == Self.chunk ? count : 0)
        guard end > 0 else { return nil }
        return (Array(bytes[..<end]), Place(inode: inode, offset: offset + Int64(end)))
    }

    /// Empties the log in place, if all of it was read.
    mutating func empty() {
        let descriptor = open(self.path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        guard let (inode, size) = Self.identity(descriptor), inode == self.place.inode, size == self.place.offset,
            ftruncate(descriptor, 0) == 0
        else { return }
        self.place.offset = 0
    }

    private static func identity(_ descriptor: Int32) -> (inode: UInt64, size: Int64)? {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        return (UInt64(status.st_ino), Int64(status.st_size))
    }
}
