import Foundation
import Glibc
import WatchmanCore
import WatchmanSystem

/// A restored state on its way into its folder, which may be a mount point and so cannot be replaced itself.
///
/// The files are laid ready in a folder inside it. Renaming that folder is the decision: before it nothing has changed, after it the
/// files are moved to their places, by the restore itself or, if that was killed, by whoever opens the state next.
enum RestoredState {
    private static let (prepared, decided) = (".restoring", ".restored")
    /// Lies in a state that was restored until a server has followed it up.
    static let note = "restored"

    /// Lets `fill` lay the files ready, decides, and moves them.
    static func replace(in state: String, fill: (String) throws -> Void) throws {
        let (prepared, decided) = ("\(state)/\(Self.prepared)", "\(state)/\(Self.decided)")
        try? FileManager.default.removeItem(atPath: prepared)
        do {
            try WholeFile.makeFolder(prepared, mode: 0o700)
            try fill(prepared)
            try WholeFile.write("", to: "\(prepared)/\(Self.note)", mode: 0o600)
            WholeFile.syncFolder(of: "\(prepared)/-")
            try Self.move(prepared, decided)
        } catch {
            try? FileManager.default.removeItem(atPath: prepared)
            throw error
        }
        try Self.settle(in: state)
    }

    /// Moves what was decided on to its place; does nothing if there is nothing.
    static func settle(in state: String) throws {
        let decided = "\(state)/\(Self.decided)"
        guard access(decided, F_OK) == 0 else { return }
        // The old database's log must not be taken for the new one's.
        for suffix in ["-wal", "-shm"] { unlink("\(state)/\(StateFolder.database)\(suffix)") }
        let names = StateFolder.files.map(\.name) + [StateFolder.database, Self.note]
        for name in names where access("\(decided)/\(name)", F_OK) == 0 {
            try Self.move("\(decided)/\(name)", "\(state)/\(name)")
        }
        guard rmdir(decided) == 0 else { throw Self.failure("remove", decided) }
        WholeFile.syncFolder(of: decided)
    }

    /// Whether a folder holds a state, or the beginning of one. Backups do not count.
    static func isThere(in state: String) -> Bool {
        (StateFolder.files.map(\.name) + [StateFolder.database]).contains { access("\(state)/\($0)", F_OK) == 0 }
    }

    private static func move(_ old: String, _ new: String) throws {
        guard rename(old, new) == 0 else { throw Self.failure("write", new) }
        WholeFile.syncFolder(of: new)
    }

    private static func failure(_ verb: String, _ path: String) -> WatchmanError {
        WatchmanError(.configuration, "cannot \(verb) \(path): \(String(cString: strerror(errno)).lowercased())")
    }
}
