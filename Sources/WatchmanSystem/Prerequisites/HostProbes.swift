import Foundation
import Glibc
import WatchmanCore

/// Questions to this machine and its network that no file and no command answers; tests answer them from a table.
struct HostProbes: Sendable {
    /// Whether this process has root's rights.
    var isRoot: @Sendable () -> Bool
    /// Absolute path of a program.
    var find: @Sendable (String) -> String?
    /// Whether there is an account of this name.
    var hasAccount: @Sendable (String) -> Bool
    /// Whether there is a file or folder at this path.
    var exists: @Sendable (String) -> Bool
    /// Whether this process may write to this path; even root may not if it is immutable or on a read-only file system.
    var isWritable: @Sendable (String) -> Bool
    /// The first line that 127.0.0.1 sends on a port.
    var banner: @Sendable (Int) async -> String?
    /// The addresses of a host, or a `WatchmanError`.
    var resolve: @Sendable (String) async throws -> [String]
    /// The clock.
    var now: @Sendable () -> Date

    /// This machine.
    static let live = HostProbes(
        isRoot: { Accounts.isRoot },
        find: { Executables.find($0) },
        hasAccount: { Accounts.user($0) != nil },
        exists: { access($0, F_OK) == 0 },
        isWritable: { access($0, W_OK) == 0 },
        banner: { await Loopback.banner(port: $0) },
        resolve: { try await NameService.resolve($0) },
        now: { Date() })
}
