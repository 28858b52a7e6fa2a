public import ServiceLifecycle
public import WatchmanCore
import WatchmanSystem

/// Follows the log of the gateway's sshd as it grows, from where the process before this one left off.
///
/// sshd appends each line by one write and keeps the file open, so the log is emptied in place when it has grown large and all of
/// it was read.
public actor GatewayLog: Service {
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
                case .child, .portTaken, nil: break
                }
            }
        }
    }

    private let limit: Int64
    private let take: @Sendable (News, LogTail.Place) async -> Bool
    private var tail: LogTail
    private var told: LogTail.Place
    private var toldAt = ContinuousClock.now

    /// Follows the log of these settings from `place` on.
    ///
    /// `take` gets what is new and how far that reaches, and says whether it has kept both; what it could not take is told again.
    public init(
        settings: GatewaySettings, from place: LogTail.Place,
        take: @escaping @Sendable (_ news: News, _ place: LogTail.Place) async -> Bool
    ) {
        self.init(path: settings.logFile, limit: 16 << 20, from: place, take: take)
    }

    init(
        path: String, limit: Int64, from place: LogTail.Place,
        take: @escaping @Sendable (News, LogTail.Place) async -> Bool
    ) {
        self.tail = LogTail(path: path, from: place)
        self.limit = limit
        self.take = take
        self.told = place
    }

    /// Reads on until asked to stop.
    public func run() async throws {
        await Repeating.every(.milliseconds(200)) { await self.look() }
        if self.tail.place != self.told { _ = await self.take(News(), self.tail.place) }
    }

    /// Reads what is new. Never called twice at a time.
    func look() async {
        while let (lines, place) = self.tail.next() {
            let news = News(lines)
            // Devices come and go all day: lines that tell nothing are no reason to write each time.
            if !news.isEmpty || self.toldAt.duration(to: .now) > .seconds(10) {
                guard await self.take(news, place) else { return }
                (self.told, self.toldAt) = (place, .now)
            }
            self.tail.place = place
        }
        if self.tail.place.offset > self.limit { self.tail.empty() }
    }
}
