import Foundation
import Glibc
public import WatchmanCore
import WatchmanSystem

/// By which way the gateway was reached last. It lies with what need not outlive a reboot, and counts in seconds since then, whatever
/// the clock does.
public struct WayMemory: Codable, Hashable, Sendable {
    /// Seconds after which better ways are tried again.
    static let retry = 3600
    /// Seconds that the way must have failed before a worse one is tried: the gateway may just be down or overrun, and then devices
    /// shall not move to a way that costs more and ends with every restart of the server.
    static let doubt = 60

    /// The way.
    public private(set) var way: TunnelWay
    /// When the better ways were tried last.
    private(set) var triedAt: Int
    /// Since when the way fails, or nil if it works.
    private(set) var failingSince: Int?

    init(_ way: TunnelWay, now: Int) {
        self.way = way
        self.triedAt = now
    }

    /// The ways to try, in this order. `available` has the best first.
    static func order(_ memory: WayMemory?, _ available: [TunnelWay], now: Int) -> [TunnelWay] {
        guard let memory, let place = available.firstIndex(of: memory.way) else { return available }
        let (better, worse) = (Array(available[..<place]), Array(available[(place + 1)...]))
        let fails = memory.failingSince.map { !(0..<Self.doubt).contains(now - $0) } ?? false
        let good = memory.isDue(now) ? better + [memory.way] : [memory.way] + better
        return good + (fails ? worse : [])
    }

    /// Whether better ways are to be tried first.
    func isDue(_ now: Int) -> Bool { !(0..<Self.retry).contains(now - self.triedAt) }

    /// What is remembered after this way worked.
    func worked(_ way: TunnelWay, now: Int) -> WayMemory {
        guard way == self.way else { return WayMemory(way, now: now) }
        var copy = self
        copy.failingSince = nil
        if self.isDue(now) { copy.triedAt = now }
        return copy
    }

    /// What is remembered after none worked.
    func failed(now: Int) -> WayMemory {
        var copy = self
        copy.failingSince = copy.failingSince ?? now
        return copy
    }

    /// What a file remembers; nil if there is none, or none that can be read.
    public static func read(_ file: String) -> WayMemory? {
        guard let data = try? WholeFile.read(file) else { return nil }
        return try? WireJSON.decode(WayMemory.self, from: data)
    }

    func write(_ file: String) throws { try WholeFile.write(try WireJSON.encode(self), to: file, mode: 0o600) }

    /// Seconds since this machine started.
    static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return time.tv_sec
    }
}
