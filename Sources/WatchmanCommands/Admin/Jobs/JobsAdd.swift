public import ArgumentParser
import WatchmanClient
public import WatchmanCore

extension Watchman {
    struct JobsAdd: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Add a job that runs a command.",
            discussion: """
                Without --devices the command runs on the server, as the user that serves: root. Therefore only admins add jobs. No shell \
                is involved, unless the command is one: sh -c '...'. Everybody who may look at jobs sees the command: no secrets in it.

                With --devices it runs as root on each device that is chosen, over its tunnel. As with ssh the words are joined by blanks \
                and the device's shell reads the line. What is still running there when the time is over is cut off, and not killed: \
                put `timeout` before it if it must be. A device that is offline counts as not reached.

                  $ watchman admin jobs add warm-up --cron "*/15 * * * *" -- /usr/local/bin/warm-up
                  $ watchman admin jobs add update --cron "0 3 * * SUN" --time-zone Europe/Berlin \\
                        --devices site=berlin --jitter 10m --timeout 30m -- apt-get -qy upgrade

                --devices takes a tag, name=NAME, or all; * stands for any text. + joins what must all fit, a comma what may: \
                site=berlin+arm,name=edge-* are Berlin's arm devices, and all whose name begins with edge-.
                """)

        @OptionGroup var job: JobArgument
        @Option(help: "When it runs: five fields as in crontab(5), or @hourly, @daily, @weekly, @monthly, @yearly.")
        var cron: String
        @Option(help: "The devices to run it on. Default: the server itself.") var devices: String?
        @OptionGroup var times: JobTimes
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(parsing: .postTerminator, help: "Command to run, after `--`.") var command: [String]

        func run() async throws {
            let request = JobRequest(
                name: self.job.name, cron: self.cron, timeZone: self.times.timeZone ?? "UTC",
                jitter: self.times.jitter?.seconds ?? 0, missed: self.times.missed ?? .skip, devices: self.devices,
                command: self.command, timeout: self.times.timeout?.seconds ?? 600,
                concurrency: self.times.concurrency ?? 10)
            let job: JobSummary = try await self.server.withClient(.live) {
                try await $0.post("/api/v1/jobs", request)
            }
            try self.output.print(job) { [JobsChange.line(job)] }
        }
    }

    struct JobsChange: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "change", abstract: "Change when and how a job runs, watchman's own jobs, too.")

        @OptionGroup var job: JobArgument
        @Option(help: "When it runs: five fields as in crontab(5), or @hourly, @daily, @weekly, @monthly, @yearly.")
        var cron: String?
        @OptionGroup var times: JobTimes
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        /// What was asked for.
        var change: JobChange {
            JobChange(
                cron: self.cron, timeZone: self.times.timeZone, jitter: self.times.jitter?.seconds,
                missed: self.times.missed, timeout: self.times.timeout?.seconds, concurrency: self.times.concurrency)
        }

        func validate() throws {
            if self.change == JobChange() { throw ValidationError("nothing to change: say what with an option") }
        }

        func run() async throws {
            let (path, change) = (try self.job.path(), self.change)
            let job: JobSummary = try await self.server.withClient(.live) { try await $0.patch(path, change) }
            try self.output.print(job) { [Self.line(job)] }
        }

        /// What a job is now, in a line.
        static func line(_ job: JobSummary) -> String {
            "\(job.name): \(job.schedule), \(job.timeZone); \(job.isPaused ? "" : "next run: ")\(JobsShow.next(job))"
        }
    }

    struct JobsRemove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Forget a job and its history. Watchman's own can only be paused.")

        @OptionGroup var job: JobArgument
        @OptionGroup var server: ServerOptions

        func run() async throws {
            let path = try self.job.path()
            let job: JobSummary = try await self.server.withClient(.live) { try await $0.delete(path) }
            Terminal.data("removed \(job.name)")
        }
    }
}

/// How a job runs.
struct JobTimes: ParsableArguments {
    @Option(help: "Time zone of --cron, such as Europe/Berlin. Default: UTC.") var timeZone: String?
    @Option(help: "Start up to this much later, by chance: a number with s, m, h or d. Default: 0s.")
    var jitter: TimeSpan?
    @Option(help: "A run whose moment passed while the server was not there: skip, or run once. Default: skip.")
    var missed: MissedPolicy?
    @Option(help: "End what takes longer, on each device: 1s to 24h. Default: 10m.") var timeout: TimeSpan?
    @Option(help: "On how many devices it runs at the same time: 1 to 100. Default: 10.") var concurrency: Int?
}

extension MissedPolicy: ExpressibleByArgument {}
