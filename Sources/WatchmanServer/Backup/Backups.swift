import Dispatch
import Foundation
import WatchmanCore
import WatchmanStore

/// The server's own backups. What takes long is done one after the other, away from the threads that answer requests.
struct Backups: Sendable {
    let maker: BackupMaker
    let changes: Changes
    private let queue = DispatchQueue(label: "watchman.backups")

    var folder: BackupFolder { BackupFolder(path: self.maker.settings.folder) }

    init(maker: BackupMaker, changes: Changes) {
        self.maker = maker
        self.changes = changes
    }

    /// All backups.
    func list() async throws -> BackupList {
        BackupList(folder: self.folder.path, backups: try self.folder.list())
    }

    /// Makes a backup.
    func create(actor: String, now: Date) async throws -> BackupSummary {
        let summary = try await self.work { try self.folder.summary(try self.maker.make(now: now)) }
        try await self.note("create", summary.name, "\(summary.devices ?? 0) devices", actor, now)
        return summary
    }

    private func note(_ action: String, _ name: String, _ detail: String, _ actor: String, _ now: Date) async throws {
        self.changes.post(.backups)
        try await self.maker.store.auditBackup(action, name, detail, actor: actor, now: now)
    }

    private func work<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            self.queue.async { continuation.resume(with: Result { try body() }) }
        }
    }
}
