import Foundation
import Logging
import ServiceLifecycle
import WatchmanCore
import WatchmanStore
import WatchmanSystem

/// Writes each row of the audit table to the server's log once it is committed, in order, with its hash: so the journal, or wherever that
/// is sent to, holds what nobody can rewrite who can rewrite the database.
///
/// Which row was last is noted afterwards: a process that is killed in between writes some rows again, and never leaves one out. Their
/// number tells.
struct AuditJournal: Service {
    private static let portion = 500
    let store: Store
    let logger: Logger

    func run() async throws {
        await Repeating.every(.milliseconds(500)) { await self.writeOn() }
        await self.writeOn()
    }

    /// Writes what is new.
    func writeOn() async {
        do {
            var last = Int64(try await self.store.setting(Store.journalPlace) ?? "") ?? 0
            while true {
                let rows = try await self.store.auditTrail(after: last, limit: Self.portion)
                guard let end = rows.last else { return }
                for row in rows { self.write(row) }
                try await self.store.set(Store.journalPlace, "\(end.id)")
                last = end.id
            }
        } catch is CancellationError {
            return
        } catch {
            self.logger.error("the audit trail is not written to the log", metadata: ["cause": "\(error)"])
        }
    }

    private func write(_ row: AuditRow) {
        self.logger.info(
            "audit",
            metadata: [
                "id": "\(row.id)", "at": "\(row.at.text)", "actor": "\(row.actor)", "source": "\(row.source)",
                "action": "\(row.action)", "subject": "\(row.subject)", "detail": "\(row.detail)",
                "hash": "\(row.hash)",
            ])
    }
}
