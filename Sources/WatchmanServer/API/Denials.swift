import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import WatchmanCore
import WatchmanStore
import WatchmanSystem

/// Notes in the audit trail who was refused: the first time at once, and how often it came again within a minute when that is over. Of
/// more than a hundred different ones a minute only the number is noted, so that nobody can fill the disk.
final class Denials: Service {
    private struct Key: Hashable {
        var principal: Principal
        var route: String
    }

    private struct Count {
        let cause: String
        let since: Date
        var more = 0
    }

    private static let span: TimeInterval = 60
    private static let limit = 100
    /// Stands for all that are too many.
    private static let others = Key(principal: "anyone", route: "many routes or addresses")
    private let counts = Mutex<[Key: Count]>([:])
    private let store: Store
    private let logger: Logger

    init(store: Store, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    /// Notes that somebody was refused on a route.
    func note(_ principal: Principal, _ route: String, _ cause: String, now: Date) async {
        let first = self.counts.withLock { counts -> (Key, Count)? in
            var key = Key(principal: principal, route: route)
            if counts[key] == nil, counts.count >= Self.limit { key = Self.others }
            guard counts[key] == nil else {
                counts[key]?.more += 1
                return nil
            }
            let count = Count(cause: cause, since: now)
            counts[key] = count
            return (key, count)
        }
        if let (key, count) = first { await self.write(key, count.cause, now) }
    }

    /// Writes down what comes again, until asked to stop.
    func run() async throws {
        await Repeating.every(.seconds(5)) { await self.settle(now: Date()) }
        await self.settle(now: .distantFuture)
    }

    /// Notes how often those came again whose minute is over, and forgets them.
    func settle(now: Date) async {
        let over = self.counts.withLock { counts in
            let over = counts.filter { now.timeIntervalSince($0.value.since) >= Self.span }
            for key in over.keys { counts[key] = nil }
            return over
        }
        for (key, count) in over where count.more > 0 {
            await self.write(key, "\(count.cause), and \(count.more) times more within a minute", min(now, Date()))
        }
    }

    private func write(_ key: Key, _ cause: String, _ now: Date) async {
        do {
            try await self.store.noteDenial(key.principal, key.route, cause, now: now)
        } catch {
            self.logger.error("a refusal is not in the audit trail", metadata: ["cause": "\(error)"])
        }
    }
}
