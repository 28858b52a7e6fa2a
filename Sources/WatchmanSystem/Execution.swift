import CWatchman
import Foundation
import Glibc
import WatchmanCore

/// Replaces this process by another program.
public enum Execution {
    /// Becomes `command` (execve(2)), so that terminal, signals and exit status are the program's own. Returns only by throwing.
    ///
    /// - Throws: `WatchmanError` (`unavailable`) if the program is not there.
    public static func become(_ command: Command) throws -> Never {
        guard let path = Executables.find(command.executable) else {
            throw WatchmanError(
                .unavailable, "\(command.executable) is not installed", hint: "watchman prereqs --install")
        }
        for (name, value) in command.environment { setenv(name, value, 1) }
        Self.restoreSignals()
        var arguments: [UnsafeMutablePointer<CChar>?] = ([command.executable] + command.arguments).map { strdup($0) }
        arguments.append(nil)
        execv(path, arguments)
        throw WatchmanError(.unavailable, "cannot start \(path): \(String(cString: strerror(errno)).lowercased())")
    }

    /// Sees to it that a file is removed when what this process becomes has ended, and at the latest after so many seconds; if it was
    /// still there at the end, `words` go to standard error.
    ///
    /// - Throws: `WatchmanError` (`unavailable`); then the file is removed at once.
    public static func removeAfterwards(_ file: String, within seconds: Int32, orSay words: String) throws {
        guard watchman_remove_after_parent(file, seconds, words) else {
            unlink(file)
            throw WatchmanError(.unavailable, "cannot start another process")
        }
    }

    /// Libraries may have ignored or blocked signals, and both survive execve(2).
    private static func restoreSignals() {
        for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT, SIGCHLD] { signal(number, SIG_DFL) }
        var none = sigset_t()
        sigemptyset(&none)
        sigprocmask(SIG_SETMASK, &none, nil)
    }
}
