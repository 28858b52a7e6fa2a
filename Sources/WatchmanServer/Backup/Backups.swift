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
    func create(actor: Principal, now: Date) async throws -> BackupSummary {
        let summary = try await self.work { try self.folder.summary(try self.maker.make(now: now)) }
        try await self.note("create", summary.name, "devices=\(summary.devices ?? 0)", actor, now)
        return summary
    }

    /// Tries to restore a backup in a corner, and remembers how that went.
    ///
    /// - Returns: the backup with the result, which may be that it is not sound.
    func verify(_ name: String, actor: Principal, now: Date) async throws -> BackupSummary {
        let summary = try await self.work {
            let file = try self.folder.file(name)
            let verification = try BackupDrill.verify(
                file, in: self.folder.path, escrowKey: self.maker.settings.escrowKey, now: now)
            try VerificationNote.write(verification, of: file.path)
            return try self.folder.summary(name)
        }
        try await self.note("verify", name, summary.verification?.summary ?? "", actor, now)
        return summary
    }

    /// Removes the backups that no rule keeps.
    func prune(_ request: BackupPruneRequest, actor: Principal, now: Date) async throws -> BackupPruneResult {
        let standard = self.maker.settings.keep
        let keep = Retention(
            daily: request.keepDaily ?? standard.daily, weekly: request.keepWeekly ?? standard.weekly,
            monthly: request.keepMonthly ?? standard.monthly)
        guard [keep.daily, keep.weekly, keep.monthly].allSatisfy((0...10_000).contains) else {
            throw WatchmanError(.invalid, "a number of backups to keep is 0 to 10000")
        }
        let isDryRun = request.isDryRun ?? false
        let result = try await self.work { try self.folder.prune(keep, isDryRun: isDryRun) }
        if !isDryRun {
            for name in result.removed { try await self.note("remove", name, "", actor, now) }
        }
        return result
    }

    /// Seals all secrets under a new key. No backup is made meanwhile: a backup's key opens what is in it.
    func rotateKey(_ escrow: Escrow, actor: Principal, now: Date) async throws -> Int {
        try await self.work { try escrow.rotate(self.maker.store, actor: actor, now: now) }
    }

    private func note(_ action: String, _ name: String, _ detail: String, _ actor: Principal, _ now: Date) async throws
    {
        self.changes.post(.backups)
        try await self.maker.store.auditBackup(action, name, detail, actor: actor, now: now)
    }

    private func work<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            self.queue.async { continuation.resume(with: Result { try body() }) }
        }
    }
}

/// What the server's own jobs call. The texts go into their history.
extension Backups {
    /// Makes a backup.
    func createBackup() async throws -> String {
        let summary = try await self.create(actor: "schedule", now: Date())
        return "\(summary.name), \(summary.devices ?? 0) devices, \(summary.size) bytes"
    }

    /// Removes the backups that no rule of the configuration keeps.
    func pruneBackups() async throws -> String {
        let result = try await self.prune(BackupPruneRequest(), actor: "schedule", now: Date())
        return "\(result.kept.count) kept, \(result.removed.count) removed"
    }
}
