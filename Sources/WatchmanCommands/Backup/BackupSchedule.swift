import ArgumentParser
import WatchmanCore
import WatchmanSystem

extension Watchman {
    struct BackupSchedule: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "schedule", abstract: "Let this system make a backup every day and prune the old ones.",
            discussion: """
                Writes a systemd timer, or a file in /etc/cron.d where systemd does not run. It does the same as the server's own jobs \
                `backup` and `prune` (`watchman admin jobs`), for those who keep all their schedules in one place.
                """)

        @Option(help: ArgumentHelp("Time of the day. Default: 02:30.", valueName: "hh:mm"))
        var at: String?

        @Option(
            help: ArgumentHelp(
                "When, as systemd.time(7) has it, such as 'Mon..Fri 22:00'; only with systemd.", valueName: "spec"))
        var onCalendar: String?

        @Flag(help: "Take the schedule away; backups stay.")
        var remove = false

        func validate() throws {
            let given = [self.at != nil, self.onCalendar != nil, self.remove].count { $0 }
            guard given <= 1 else { throw ValidationError("--at, --on-calendar and --remove exclude each other") }
        }

        func run() async throws {
            let context = Context.live
            let time: BackupTimer.Time =
                try self.onCalendar.map { .calendar($0) } ?? .daily(try ClockTime(self.at ?? "02:30"))
            try context.requireRoot("backup schedule")
            let timer = BackupTimer(processes: context.processes)
            Terminal.data(
                self.remove ? try await timer.remove() : try await timer.install(time, program: Executables.current))
        }
    }
}
