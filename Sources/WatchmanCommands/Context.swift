import Foundation
import Glibc
import Logging
import WatchmanCore
import WatchmanSystem

/// What commands take from the process they run in. The only place that reads the environment.
struct Context: Sendable {
    var environment: [String: String]
    var processes: SystemProcessRunner

    static var live: Context {
        Context(environment: ProcessInfo.processInfo.environment, processes: SystemProcessRunner())
    }

    /// Folder for what a person configured (XDG Base Directory Specification).
    var configurationFolder: String { self.folder("XDG_CONFIG_HOME", ".config") }
    /// Folder for what can be made again.
    var cacheFolder: String { self.folder("XDG_CACHE_HOME", ".cache") }

    /// Folder for secrets that live for seconds: in memory, where there is such a folder.
    var secretFolder: String {
        let folder = self.environment["XDG_RUNTIME_DIR"] ?? ""
        return folder.utf8.first == UInt8(ascii: "/") ? "\(folder)/watchman" : self.cacheFolder
    }

    /// Folder for what is large and soon gone; /tmp may be in memory.
    var scratchFolder: String { self.environment["TMPDIR"] ?? "/var/tmp" }

    var notifier: ServiceNotifier { ServiceNotifier(environment: self.environment) }

    private func folder(_ variable: String, _ fallback: String) -> String {
        let base = self.environment[variable].flatMap { $0.utf8.first == UInt8(ascii: "/") ? $0 : nil }
        return "\(base ?? "\(self.environment["HOME"] ?? "/root")/\(fallback)")/watchman"
    }

    /// A logger to standard error; under systemd each line begins with its priority (sd-daemon(3)).
    func logger(_ label: String, level: Logger.Level = .info) -> Logger {
        let isJournal = self.environment["JOURNAL_STREAM"] != nil
        var logger = Logger(label: label) { _ in LineLogHandler(isJournal: isJournal) }
        logger.logLevel = level
        return logger
    }

    /// - Throws: `WatchmanError` (`forbidden`) unless this process is root's.
    func requireRoot(_ what: String) throws {
        guard Accounts.isRoot else {
            throw WatchmanError(
                .forbidden, "\(what) needs root", hint: "sudo \(CommandLine.arguments.prefix(2).joined(separator: " "))"
            )
        }
    }
}
