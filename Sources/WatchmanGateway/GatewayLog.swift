import Foundation
import Glibc
public import ServiceLifecycle
public import WatchmanCore
import WatchmanSystem

/// Follows the log of the gateway's sshd as it grows, from where the process before this one left off.
///
/// sshd appends each line by one write and keeps the file open, so the log is emptied in place when it has grown large and all of
/// it was read.
public actor GatewayLog: Service {
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

    /// What new lines tell.
    public struct News: Hashable, Sendable {
        /// Who was let in, in order.
        public var logins: [GatewayLogin] = []
        /// How many were turned away.
        public var refused = 0

        var isEmpty: Bool { self.logins.isEmpty && self.refused == 0 }

        init() {}

        init(_ lines: some Collection<UInt8>) {
            for line in lines.split(separator: UInt8(ascii: "\n")) {
                switch GatewayLogLine(line) {
                case .accepted(let login): self.logins.append(login)
                case .refused: self.refused += 1
                case nil: break
                }
            }
        }
    }

    private static let chunk = 256 << 10
    private let path: String
    private let limit: Int64
    private let take: @Sendable (News, Place) async -> Bool
    private var place: Place
    private var told: Place
    private var toldAt = ContinuousClock.now

    /// Follows the log of these settings from `place` on.
    ///
    /// `take` gets what is new and how far that reaches, and says whether it has kept both; what it could not take is told again.
    public init(
        settings: GatewaySettings, from place: Place,
        take: @escaping @Sendable (_ news: News, _ place: Place) async -> Bool
    ) {
        self.init(path: settings.logFile, limit: 16 << 20, from: place, take: take)
    }

    init(path: String, limit: Int64, from place: Place, take: @escaping @Sendable (News, Place) async -> Bool) {
        self.path = path
        self.limit = limit
        self.take = take
        self.place = place
        self.told = place
    }

    /// Reads on until asked to stop.
    public func run() async throws {
        await Repeating.every(.milliseconds(200)) { await self.look() }
        if self.place != self.told { _ = await self.take(News(), self.place) }
    }

    /// Reads what is new. Never called twice at a time.
    func look() async {
        while let (lines, place) = self.next() {
            let news = News(lines)
            // Devices come and go all day: lines that tell nothing are no reason to write each time.
            if !news.isEmpty || self.toldAt.duration(to: .now) > .seconds(10) {
                guard await self.take(news, place) else { return }
                (self.told, self.toldAt) = (place, .now)
            }
            self.place = place
        }
        self.empty()
    }

    /// The whole lines behind the place, and where they end.
    private func next() -> (lines: [UInt8], end: Place)? {
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

    /// Empties a large log that was read to its end.
    private func empty() {
        guard self.place.offset > self.limit else { return }
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
