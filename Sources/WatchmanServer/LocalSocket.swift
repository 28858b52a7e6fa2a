import Foundation
import Glibc
import WatchmanCore
import WatchmanSystem

/// The Unix socket for local admins.
enum LocalSocket {
    /// Makes way for a new socket: removes one that nobody serves any more.
    ///
    /// - Throws: `WatchmanError` (`configuration`) if the path holds something else or another server answers there.
    static func clear(_ path: String) throws {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return }
        guard attributes[.type] as? FileAttributeType == .typeSocket else {
            throw WatchmanError(.configuration, "\(path) is not a socket: move it away")
        }
        guard !UnixSocket.answers(path) else {
            throw WatchmanError(
                .configuration, "another watchman serves \(path)", hint: "systemctl status watchman")
        }
        unlink(path)
    }

    /// Root and the group may use it, nobody else.
    static func protect(_ path: String, group: gid_t) {
        chown(path, geteuid(), group)
        chmod(path, 0o660)
    }
}
