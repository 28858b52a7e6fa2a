import Foundation
import WatchmanCore
import WatchmanSystem

/// What the last trial restore of a backup showed, remembered beside it; it counts as long as the file is the same.
struct VerificationNote: Codable, Sendable {
    var verification: BackupVerification
    var size: Int64
    /// Of the backup's last change, Unix seconds.
    var time: Double

    static func read(of backup: String) -> BackupVerification? {
        guard let data = try? WholeFile.read(self.path(of: backup)), let stamp = self.stamp(of: backup),
            let note = try? WireJSON.decode(VerificationNote.self, from: data), (note.size, note.time) == stamp
        else { return nil }
        return note.verification
    }

    static func write(_ verification: BackupVerification, of backup: String) throws {
        guard let stamp = self.stamp(of: backup) else { return }
        let note = VerificationNote(verification: verification, size: stamp.size, time: stamp.time)
        try WholeFile.write(try WireJSON.encode(note), to: self.path(of: backup), mode: 0o600)
    }

    static func remove(of backup: String) { try? FileManager.default.removeItem(atPath: self.path(of: backup)) }

    private static func path(of backup: String) -> String { "\(backup).verified" }

    private static func stamp(of backup: String) -> (size: Int64, time: Double)? {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: backup),
            let size = attributes[.size] as? NSNumber, let date = attributes[.modificationDate] as? Date
        else { return nil }
        return (size.int64Value, date.timeIntervalSince1970)
    }
}
