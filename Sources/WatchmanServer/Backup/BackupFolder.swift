import Foundation
import WatchmanCore
import WatchmanSystem

/// The backups in a folder. Whatever does not look like one of ours is not seen, listed or removed.
struct BackupFolder: Sendable {
    let path: String

    /// The backups, newest first.
    func list() throws -> [BackupSummary] {
        guard FileManager.default.fileExists(atPath: self.path) else { return [] }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: self.path)
        } catch {
            throw WatchmanError(.configuration, "cannot read the folder \(self.path)")
        }
        return names.sorted(by: >).compactMap { try? self.summary($0) }
    }

    /// One backup.
    ///
    /// - Throws: `WatchmanError` (`notFound`) if there is none of this name.
    func summary(_ name: String) throws -> BackupSummary {
        let file = try self.file(name)
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        var summary = BackupSummary(
            name: name, path: file.path, createdAt: try BackupName.check(name),
            size: (attributes[.size] as? NSNumber)?.int64Value ?? 0, devices: nil, version: nil, host: nil,
            problem: nil, verification: VerificationNote.read(of: file.path))
        do {
            let manifest = try file.readManifest()
            summary.devices = manifest.devices
            summary.version = OutsideText.clean(manifest.version, limit: 40)
            summary.host = OutsideText.clean(manifest.host, limit: 64)
        } catch let error as WatchmanError {
            summary.problem = error.message
        }
        return summary
    }

    /// The file of a backup.
    ///
    /// - Throws: `WatchmanError` (`notFound`) if there is none of this name.
    func file(_ name: String) throws -> BackupFile {
        _ = try BackupName.check(name)
        let path = "\(self.path)/\(name)"
        let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
        guard type == .typeRegular else {
            throw WatchmanError(.notFound, "no backup \(name) in \(self.path)", hint: "watchman backup list")
        }
        return BackupFile(path: path)
    }

    /// Removes the backups that no rule keeps. One that is damaged takes nobody's place and stays, for people to look at.
    func prune(_ keep: Retention, isDryRun: Bool) throws -> BackupPruneResult {
        let all = try self.list()
        let isGood: (BackupSummary) -> Bool = { $0.problem == nil && $0.verification?.isSound != false }
        let reasons = keep.reasons(all.filter(isGood).map(\.createdAt))
        var result = BackupPruneResult(kept: [], removed: [], isDryRun: isDryRun)
        for backup in all {
            if let reasons = isGood(backup) ? reasons[backup.createdAt] : ["damaged"] {
                result.kept.append(.init(name: backup.name, reasons: reasons))
            } else {
                if !isDryRun { try self.remove(backup.name) }
                result.removed.append(backup.name)
            }
        }
        return result
    }

    private func remove(_ name: String) throws {
        let file = try self.file(name)
        VerificationNote.remove(of: file.path)
        do {
            try FileManager.default.removeItem(atPath: file.path)
        } catch {
            throw WatchmanError(.configuration, "cannot remove \(file.path)")
        }
        WholeFile.syncFolder(of: file.path)
    }
}
