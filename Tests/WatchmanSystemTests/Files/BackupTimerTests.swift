import Foundation
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanSystem

@Suite struct BackupTimerTests {
    private static let program = "/usr/local/bin/watchman"
    private static let done = CommandResult(status: 0)
    private static let systemctl: [Command] = [
        .systemctl("daemon-reload"), .systemctl("enable", "--now", "watchman-backup.timer"),
    ]

    /// A machine in a folder, with or without systemd and cron.
    private static func with(
        systemd: Bool = false, cron: Bool = true, _ body: (String) async throws -> Void
    ) async throws {
        try await TemporaryFolder.with { root in
            try WholeFile.makeFolder("\(root)/etc/systemd/system", mode: 0o755)
            if systemd { try WholeFile.makeFolder("\(root)/run/systemd/system", mode: 0o755) }
            if cron { try WholeFile.makeFolder("\(root)/etc/cron.d", mode: 0o755) }
            try await body(root)
        }
    }

    private static func runner(_ more: [Command: CommandResult] = [:]) -> RecordingProcessRunner {
        let off: Command = .systemctl("disable", "--now", "watchman-backup.timer")
        var answers = Dictionary(uniqueKeysWithValues: (Self.systemctl + [off]).map { ($0, Self.done) })
        answers.merge(more) { $1 }
        return RecordingProcessRunner(answers)
    }

    @Test func `with systemd it is a timer, twice is no error, and removed nothing is left`() async throws {
        try await Self.with(systemd: true) { root in
            let runner = Self.runner()
            let timer = BackupTimer(root: root, processes: runner)
            let time = BackupTimer.Time.daily(try ClockTime("2:05"))
            #expect(
                try await timer.install(time, program: Self.program)
                    == "scheduled: watchman-backup.timer, *-*-* 02:05:00")
            #expect(runner.commands == Self.systemctl)
            let service = try WholeFile.read("\(root)/etc/systemd/system/watchman-backup.service")
            #expect(service == Data(BackupTimer.serviceText(Self.program).utf8))
            #expect(
                try await timer.install(time, program: Self.program)
                    == "already scheduled: watchman-backup.timer, *-*-* 02:05:00")
            #expect(try await timer.remove() == "the schedule is removed")
            let left = try FileManager.default.contentsOfDirectory(atPath: "\(root)/etc/systemd/system")
            #expect(left == [])
            #expect(try await timer.remove() == "there was no schedule")
        }
    }

    @Test func `the units say what is done, and when`() {
        let service = BackupTimer.serviceText(Self.program).split(separator: "\n")
        #expect(
            service.filter { $0.hasPrefix("ExecStart=") } == [
                "ExecStart=/usr/local/bin/watchman backup create", "ExecStart=/usr/local/bin/watchman backup prune",
            ])
        #expect(service.contains("Type=oneshot"))
        #expect(BackupTimer.timerText("Mon 22:00").contains("\nOnCalendar=Mon 22:00\n"))
    }

    @Test func `without systemd it is a file for cron`() async throws {
        try await Self.with { root in
            let timer = BackupTimer(root: root, processes: Self.runner())
            let time = BackupTimer.Time.daily(try ClockTime("02:30"))
            #expect(
                try await timer.install(time, program: Self.program)
                    == "scheduled: \(root)/etc/cron.d/watchman-backup")
            let text = String(
                decoding: try WholeFile.read("\(root)/etc/cron.d/watchman-backup") ?? Data(), as: UTF8.self)
            #expect(
                text == """
                    # Made by `watchman backup schedule`, which also removes it.
                    30 2 * * * root /usr/local/bin/watchman backup create >/dev/null && \
                    /usr/local/bin/watchman backup prune >/dev/null

                    """)
            #expect(try TemporaryFolder.mode(of: "\(root)/etc/cron.d/watchman-backup") == 0o644)
            #expect(try await timer.remove() == "the schedule is removed")
        }
    }

    @Test func `where neither is, it says so`() async throws {
        try await Self.with(cron: false) { root in
            let timer = BackupTimer(root: root, processes: Self.runner())
            let error = await #expect(throws: WatchmanError.self) {
                try await timer.install(.daily(try ClockTime("02:30")), program: Self.program)
            }
            #expect(error?.code == .unavailable)
        }
        try await Self.with { root in
            let timer = BackupTimer(root: root, processes: Self.runner())
            let error = await #expect(throws: WatchmanError.self) {
                try await timer.install(.calendar("daily"), program: Self.program)
            }
            #expect(error?.code == .unavailable)
        }
    }

    @Test func `systemd judges a calendar before anything is written`() async throws {
        let good = Command("systemd-analyze", ["calendar", "--", "Mon..Fri 22:00"])
        let bad = Command("systemd-analyze", ["calendar", "--", "never"])
        try await Self.with(systemd: true) { root in
            let runner = Self.runner([good: Self.done, bad: CommandResult(status: 1)])
            let timer = BackupTimer(root: root, processes: runner)
            for text in ["never", "", "daily\nExecStart=/bin/sh", "a%b", "t\u{e4}glich"] {
                let error = await #expect(throws: WatchmanError.self) {
                    try await timer.install(.calendar(text), program: Self.program)
                }
                #expect(error?.code == .invalid)
            }
            #expect(runner.commands == [bad])
            let left = try FileManager.default.contentsOfDirectory(atPath: "\(root)/etc/systemd/system")
            #expect(left == [])
            #expect(
                try await timer.install(.calendar("Mon..Fri 22:00"), program: Self.program)
                    == "scheduled: watchman-backup.timer, Mon..Fri 22:00")
        }
    }

    @Test func `a file that is not ours is neither replaced nor removed`() async throws {
        try await Self.with { root in
            let file = "\(root)/etc/cron.d/watchman-backup"
            try WholeFile.write("mine\n", to: file, mode: 0o644)
            let timer = BackupTimer(root: root, processes: Self.runner())
            let error = await #expect(throws: WatchmanError.self) {
                try await timer.install(.daily(try ClockTime("02:30")), program: Self.program)
            }
            #expect(error?.code == .conflict)
            await #expect(throws: WatchmanError.self) { try await timer.remove() }
            #expect(try WholeFile.read(file) == Data("mine\n".utf8))
        }
    }

    @Test(arguments: ["/opt/a b/watchman", "/opt/100%/watchman", "/opt/$(id)/watchman", "/opt/\n/watchman"])
    func `a program whose path would mean something else is refused`(program: String) async throws {
        try await Self.with { root in
            let timer = BackupTimer(root: root, processes: Self.runner())
            let error = await #expect(throws: WatchmanError.self) {
                try await timer.install(.daily(try ClockTime("02:30")), program: program)
            }
            #expect(error?.code == .configuration)
        }
    }

    @Test(arguments: ["", "2", "24:00", "12:60", "-1:00", "1:2:3", "02:30 ", "0x2:30", "\u{662}:30", "002:30", ":30"])
    func `a time that is none is refused`(text: String) {
        let error = #expect(throws: WatchmanError.self) { try ClockTime(text) }
        #expect(error?.code == .invalid)
    }
}
