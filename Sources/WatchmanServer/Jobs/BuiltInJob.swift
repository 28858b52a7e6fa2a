import Foundation
import WatchmanCore
import WatchmanStore

/// A job of watchman's own: the server gives what it does, the database when.
struct BuiltInJob: Sendable {
    let kind: JobKind
    /// When it runs until an admin changes that; UTC.
    let cron: String
    /// Does it, and says in a few words what was done.
    let body: @Sendable (Date) async throws -> String

    init(_ kind: JobKind, cron: String, _ body: @escaping @Sendable (Date) async throws -> String) {
        self.kind = kind
        self.cron = cron
        self.body = body
    }

    /// All there are.
    static func all(_ store: Store, _ backups: Backups) -> [BuiltInJob] {
        [
            BuiltInJob(.backup, cron: "0 2 * * *") { _ in try await backups.createBackup() },
            BuiltInJob(.prune, cron: "0 3 * * *") { _ in try await backups.pruneBackups() },
            .check(store),
            BuiltInJob(.rollup, cron: "*/5 * * * *") { try await store.rollUp(now: $0) },
        ]
    }

    /// Checks the database, every Sunday.
    static func check(_ store: Store) -> BuiltInJob {
        BuiltInJob(.check, cron: "30 4 * * 0") { _ in
            let problems = try await store.integrityProblems()
            guard problems.isEmpty else {
                throw WatchmanError(.internal, "the database is damaged: \(problems.joined(separator: "; "))")
            }
            return "the database is sound"
        }
    }
}
