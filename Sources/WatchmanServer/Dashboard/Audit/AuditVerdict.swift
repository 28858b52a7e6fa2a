import Foundation
import WatchmanCore
import WatchmanStore

/// Whether the chain of the audit trail holds. What was followed is not followed again for an hour, and one look follows no more than so
/// many rows: a page must not take seconds.
actor AuditVerdict {
    private static let portion = 20_000
    private static let lifetime = Duration.seconds(3600)
    private let store: Store
    private var walk = AuditChain.Walk()
    private var problem: String?
    private var beganAt = ContinuousClock.now

    init(store: Store) { self.store = store }

    /// The verdict in words, as far as it goes.
    func mark() async throws -> Mark {
        if self.beganAt.duration(to: .now) > Self.lifetime {
            (self.walk, self.problem, self.beganAt) = (AuditChain.Walk(), nil, .now)
        }
        let rows = try await self.store.auditTrail(after: self.walk.head.id, limit: Self.portion)
        do {
            // Another visitor may have been here meanwhile.
            for row in rows where row.id > self.walk.head.id && self.problem == nil { try self.walk.take(row) }
        } catch let error as WatchmanError {
            self.problem = error.message
        }
        if let problem { return Mark(.bad, problem) }
        let count = Words.count(Int(self.walk.head.id), "row")
        return rows.count == Self.portion
            ? Mark(.busy, "the chain holds for the first \(count)") : Mark(.ok, "the chain holds: \(count)")
    }
}
