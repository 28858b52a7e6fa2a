import Foundation
import Glibc
import WatchmanCore
import WatchmanSystem

/// What the last trial restore of a backup showed, remembered beside it; it counts as long as the file is the same.
struct VerificationNote: Codable, Sendable {
    var verification: BackupVerification
    var size: Int64
    /// Of the backup's last change, Unix nanoseconds.
    var time: Int64

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

    static func remove(of backup: String) { unlink(self.path(of: backup)) }

    private static func path(of backup: String) -> String { "\(backup).verified" }

    private static func stamp(of backup: String) -> (size: Int64, time: Int64)? {
        var status = stat()
        guard lstat(backup, &status) == 0 else { return nil }
        return (Int64(status.st_size), Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec))
    }
}
