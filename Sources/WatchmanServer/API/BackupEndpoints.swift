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
        ]
    }

    private func list(_ call: Call) async throws -> any Encodable & Sendable { try await self.backups.list() }

    private func create(_ call: Call) async throws -> any Encodable & Sendable {
        try await self.backups.create(actor: try call.actor(), now: call.now)
    }
}
