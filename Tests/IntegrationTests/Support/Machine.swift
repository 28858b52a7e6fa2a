import Foundation
import Glibc
import WatchmanCore
import WatchmanSystem

/// The machine that the tests run on.
enum Machine {
    static let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// - Throws: `WatchmanError` (`configuration`) that says why the tests cannot run here.
    static func check() throws {
        guard Accounts.isRoot else {
            throw WatchmanError(.configuration, "integration tests need root: sudo Tests/run.sh integration")
        }
        guard FileManager.default.isExecutableFile(atPath: self.givenBinary) else {
            throw WatchmanError(
                .configuration, "WATCHMAN_BINARY does not name a built watchman: Tests/run.sh integration")
        }
        // Commands prefer this machine's server to a saved login, and must not meet a real one.
        guard !FileManager.default.fileExists(atPath: "/run/watchman/api.sock") else {
            throw WatchmanError(.configuration, "a watchman server runs on this machine: systemctl stop watchman")
        }
    }

    private static var givenBinary: String { ProcessInfo.processInfo.environment["WATCHMAN_BINARY"] ?? "" }

    /// Puts the binary under test at `target`, owned by root. A hard link spares 90 MB of copying where it can be had.
    static func placeBinary(_ target: String) throws {
        let attributes = try FileManager.default.attributesOfItem(atPath: self.givenBinary)
        if attributes[.ownerAccountID] as? Int == 0, link(self.givenBinary, target) == 0 { return }
        // By another process: a file that this one holds open for writing is open in what other tests start just then, too, and cannot be
        // run (execve(2), ETXTBSY).
        let copy = try Process.run(URL(fileURLWithPath: "/bin/cp"), arguments: ["--", self.givenBinary, target])
        copy.waitUntilExit()
        guard chown(target, 0, 0) == 0, chmod(target, 0o755) == 0 else {
            throw WatchmanError(.configuration, "cannot set the owner of \(target)")
        }
    }

    /// The processes whose command line names a folder.
    static func processes(mentioning folder: String) -> [pid_t] {
        Processes.all().filter { Processes.commandLine(of: $0)?.contains(folder) ?? false }
    }
}
