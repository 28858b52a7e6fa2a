import Foundation
import Glibc
public import WatchmanCore

/// The system's own schedule for backups: a systemd timer, or a file for cron where systemd does not run.
public struct BackupTimer: Sendable {
    /// When to make backups.
    public enum Time: Hashable, Sendable {
        /// Every day.
        case daily(ClockTime)
        /// As systemd.time(7) has it.
        case calendar(String)
    }

    /// Tells our files from others.
    static let mark = "# Made by `watchman backup schedule`, which also removes it."
    private static let name = "watchman-backup"
    private let root: String
    private let processes: any ProcessRunner

    /// `root` is the folder that stands for `/`.
    public init(root: String = "", processes: any ProcessRunner) {
        self.root = root
        self.processes = processes
    }

    private var service: String { "\(self.root)/etc/systemd/system/\(Self.name).service" }
    private var timer: String { "\(self.root)/etc/systemd/system/\(Self.name).timer" }
    private var cron: String { "\(self.root)/etc/cron.d/\(Self.name)" }
    private var hasSystemd: Bool { access("\(self.root)/run/systemd/system", F_OK) == 0 }

    /// Sets the schedule up, or changes it; the same twice is no error.
    ///
    /// - Returns: what was done, in words.
    public func install(_ time: Time, program: String) async throws -> String {
        try Self.checkPlain(program)
        if self.hasSystemd {
            let calendar = try await self.calendar(time)
            let changed = try self.write([
                (self.service, Self.serviceText(program)), (self.timer, Self.timerText(calendar)),
            ])
            try await self.processes.check(.systemctl("daemon-reload"))
            try await self.processes.check(.systemctl("enable", "--now", "\(Self.name).timer"))
            return "\(changed ? "scheduled" : "already scheduled"): \(Self.name).timer, \(calendar)"
        }
        guard case .daily(let clock) = time else {
            throw WatchmanError(
                .unavailable, "systemd does not run here, and cron does not know --on-calendar: use --at")
        }
        let folder = URL(fileURLWithPath: self.cron).deletingLastPathComponent().path
        guard access(folder, F_OK) == 0 else {
            throw WatchmanError(.unavailable, "neither systemd nor cron is here: there is no \(folder)")
        }
        let changed = try self.write([(self.cron, Self.cronText(clock, program))])
        return "\(changed ? "scheduled" : "already scheduled"): \(self.cron)"
    }

    /// Takes the schedule away.
    ///
    /// - Returns: what was done, in words.
    public func remove() async throws -> String {
        var isThere = false
        if access(self.timer, F_OK) == 0 {
            try await self.processes.check(.systemctl("disable", "--now", "\(Self.name).timer"))
        }
        for path in [self.timer, self.service, self.cron] where access(path, F_OK) == 0 {
            try self.requireOurs(path)
            unlink(path)
            isThere = true
        }
        if isThere && self.hasSystemd { try await self.processes.check(.systemctl("daemon-reload")) }
        return isThere ? "the schedule is removed" : "there was no schedule"
    }

    static func serviceText(_ program: String) -> String {
        """
        \(Self.mark)
        [Unit]
        Description=watchman: make a backup and prune the old ones
        Documentation=man:watchman(1)

        [Service]
        Type=oneshot
        ExecStart=\(program) backup create
        ExecStart=\(program) backup prune

        """
    }

    static func timerText(_ calendar: String) -> String {
        """
        \(Self.mark)
        [Unit]
        Description=watchman: when to make backups

        [Timer]
        OnCalendar=\(calendar)
        # A time that was slept through is made up for.
        Persistent=true

        [Install]
        WantedBy=timers.target

        """
    }

    static func cronText(_ time: ClockTime, _ program: String) -> String {
        """
        \(Self.mark)
        \(time.minute) \(time.hour) * * * root \(program) backup create >/dev/null && \(program) backup prune >/dev/null

        """
    }

    private func calendar(_ time: Time) async throws -> String {
        switch time {
        case .daily(let clock): return String(format: "*-*-* %02d:%02d:00", clock.hour, clock.minute)
        case .calendar(let text):
            let isPlain = text.utf8.allSatisfy { ASCII.isGraphic($0) || $0 == UInt8(ascii: " ") }
            guard isPlain, !text.isEmpty, text.utf8.count <= 200, !text.utf8.contains(UInt8(ascii: "%")),
                try await self.processes.run(Command("systemd-analyze", ["calendar", "--", text])).succeeded
            else {
                throw WatchmanError(
                    .invalid, "'\(OutsideText.clean(text, limit: 100))' is no time that systemd knows",
                    hint: "man systemd.time")
            }
            return text
        }
    }

    /// Writes what differs, and says whether anything did.
    private func write(_ files: [(path: String, text: String)]) throws -> Bool {
        var changed = false
        for (path, text) in files where try WholeFile.read(path) != Data(text.utf8) {
            try self.requireOurs(path)
            try WholeFile.write(text, to: path, mode: 0o644)
            changed = true
        }
        return changed
    }

    private func requireOurs(_ path: String) throws {
        guard let content = try WholeFile.read(path), !content.starts(with: Self.mark.utf8) else { return }
        throw WatchmanError(.conflict, "\(path) is not ours: move it away")
    }

    /// The program stands unquoted in files of systemd and cron.
    private static func checkPlain(_ program: String) throws {
        guard program.utf8.allSatisfy({ ASCII.isAlphanumeric($0) || "/._-+".utf8.contains($0) }) else {
            throw WatchmanError(.configuration, "\(program) cannot be scheduled: its path has odd characters")
        }
    }
}
