import Glibc
import WatchmanCore

/// This program once more, as a process that outlives the one that started it.
public enum Helper {
    /// The descriptors under which a helper finds what it was given.
    public static let descriptors: (Int32, Int32) = (3, 4)

    /// Starts this program with `arguments` and two open descriptors, which the caller keeps, too. Its standard streams lead nowhere.
    ///
    /// - Throws: `WatchmanError` (`unavailable`).
    public static func start(_ arguments: [String], _ first: Int32, _ second: Int32) throws {
        // Out of the way of the numbers that they get.
        let copies = [first, second].map { fcntl($0, F_DUPFD_CLOEXEC, 10) }
        defer { for copy in copies { close(copy) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (stream, mode) in [(STDIN_FILENO, O_RDONLY), (STDOUT_FILENO, O_WRONLY), (STDERR_FILENO, O_WRONLY)] {
            posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", mode, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, copies[0], Self.descriptors.0)
        posix_spawn_file_actions_adddup2(&actions, copies[1], Self.descriptors.1)
        let program = Executables.current
        var line: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
        line.append(nil)
        defer { for word in line { free(word) } }
        var pid: pid_t = 0
        let status = posix_spawn(&pid, program, &actions, nil, line, environ)
        guard status == 0 else {
            throw WatchmanError(.unavailable, "cannot start \(program): \(String(cString: strerror(status)))")
        }
    }
}
