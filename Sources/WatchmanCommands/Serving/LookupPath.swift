import Foundation
import WatchmanCore

/// sshd runs a key lookup only if the program and every folder above it belong to root and nobody else may write there (sshd_config(5),
/// AuthorizedKeysCommand).
enum LookupPath {
    /// Whether sshd would run this program, as a user who needs to pass through every folder.
    static func isSafe(_ program: String) -> Bool {
        var path = program
        while true {
            guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
                attributes[.ownerAccountID] as? Int == 0, let mode = attributes[.posixPermissions] as? Int,
                mode & 0o022 == 0, mode & 0o001 != 0
            else { return false }
            if path == "/" { return true }
            path = URL(fileURLWithPath: path).deletingLastPathComponent().path
        }
    }

    /// - Throws: `WatchmanError` (`configuration`) that says what to do.
    static func check(_ program: String) throws {
        guard self.isSafe(program) else {
            throw WatchmanError(
                .configuration,
                "\(program) cannot look up keys for sshd: it and the folders above it must belong to root alone, and be open to all",
                hint: "sudo ./install.sh --server")
        }
    }
}
