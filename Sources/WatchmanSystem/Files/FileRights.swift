import CWatchman
import Foundation
public import Glibc
import WatchmanCore

/// Work with files that belong to somebody else.
public enum FileRights {
    /// Does `body` with the rights that this user has over files: a link that they planted leads nowhere that they could not go.
    ///
    /// On a thread of its own, which ends with it: the rights are a thread's (setfsuid(2)).
    ///
    /// - Throws: what `body` throws, or `WatchmanError` (`forbidden`) if this process may not take the user's rights.
    public static func of<Value: Sendable>(
        _ user: (uid: uid_t, gid: gid_t), _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                guard watchman_take_file_rights(user.uid, user.gid) else {
                    let error = WatchmanError(.forbidden, "cannot take the rights of user \(user.uid): only root can")
                    return continuation.resume(throwing: error)
                }
                continuation.resume(with: Result { try body() })
            }
        }
    }
}
