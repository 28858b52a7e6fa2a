import Foundation
import HTTPTypes
import WatchmanCore

/// The server's backups.
struct BackupEndpoints: Sendable {
    let backups: Backups

    var all: [Endpoint] {
        [
            Endpoint(.get, "/api/v1/backups", .role(.viewer), "List backups", self.list),
            Endpoint(.post, "/api/v1/backups", .role(.admin), "Make a backup", self.create),
            Endpoint(
                .post, "/api/v1/backups/:backup/verify", .role(.admin), "Try to restore a backup in a corner",
                self.verify),
            Endpoint(.post, "/api/v1/backups/prune", .role(.admin), "Remove old backups", self.prune),
        ]
    }

    private func list(_ call: Call) async throws -> BackupList { try await self.backups.list() }

    private func create(_ call: Call) async throws -> BackupSummary {
        try await self.backups.create(actor: try call.actor(), now: call.now)
    }

    private func verify(_ call: Call) async throws -> BackupSummary {
        try await self.backups.verify(try call.parameter("backup"), actor: try call.actor(), now: call.now)
    }

    private func prune(_ call: Call, _ request: BackupPruneRequest) async throws -> BackupPruneResult {
        try await self.backups.prune(request, actor: try call.actor(), now: call.now)
    }
}
