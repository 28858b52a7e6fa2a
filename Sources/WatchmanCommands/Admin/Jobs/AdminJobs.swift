import ArgumentParser
import Foundation
import WatchmanClient
import WatchmanCore

extension Watchman {
    struct AdminJobs: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "jobs", abstract: "Jobs: what runs by itself, on the server or on devices.",
            discussion: """
                Besides watchman's own jobs there are those that you add. A job never runs twice at the same time: if its moment comes \
                while it still runs, that moment is noted as skipped.
                """,
            subcommands: [
                JobsList.self, JobsShow.self, JobsAdd.self, JobsChange.self, JobsRemove.self, JobsRun.self,
                JobsPause.self, JobsResume.self, JobsHistory.self, JobsOutput.self,
            ], defaultSubcommand: JobsList.self)
    }

    struct JobsList: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List jobs.")

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let list: JobList = try await self.server.withClient(.live) { try await $0.get("/api/v1/jobs") }
            try self.output.print(list) { Self.table(list.jobs) }
        }

        static func table(_ jobs: [JobSummary], now: Date = Date()) -> [String] {
            Table(
                header: ["NAME", "SCHEDULE", "ZONE", "RUNS ON", "NEXT RUN", "LAST RUN"],
                rows: jobs.map { job in
                    [
                        job.name, job.schedule, job.timeZone, job.devices ?? "server", JobsShow.next(job),
                        job.lastRun.map { "\($0.state.rawValue) \(Moment.ago($0.startedAt, now: now))" } ?? "-",
                    ]
                }
            ).lines
        }
    }

    struct JobsShow: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "show", abstract: "Show a job.")

        @OptionGroup var job: JobArgument
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let path = try self.job.path()
            let job: JobSummary = try await self.server.withClient(.live) { try await $0.get(path) }
            try self.output.print(job) { Self.lines(job) }
        }

        static func lines(_ job: JobSummary, now: Date = Date()) -> [String] {
            let last = job.lastRun.map { run in
                "\(run.state.rawValue) \(Moment.ago(run.startedAt, now: now))"
                    + (run.summary.isEmpty ? "" : ": \(run.summary)")
            }
            let rows = [
                ("name", job.name), ("schedule", "\(job.schedule), \(job.timeZone)"), ("cron", job.cron),
                ("jitter", TimeSpan(seconds: job.jitter).text), ("missed runs", job.missed.rawValue),
                ("runs on", job.devices ?? "the server"),
                ("command", job.command.map { $0.joined(separator: " ") } ?? "part of watchman"),
                ("timeout", TimeSpan(seconds: job.timeout).text), ("concurrency", "\(job.concurrency)"),
                ("next run", Self.next(job)), ("last run", last ?? "-"),
                ("added", "\(Moment.exact(job.createdAt)) by \(job.createdBy)"),
            ]
            return rows.map { name, value in
                "\((name + ":").padding(toLength: 13, withPad: " ", startingAt: 0))\(OutsideText.clean(value, limit: 1000))"
            }
        }

        /// When it runs next, in words.
        static func next(_ job: JobSummary) -> String {
            job.isPaused ? "paused" : job.nextRunAt.map(Moment.exact) ?? "never"
        }
    }
}

/// The job that a command is about.
struct JobArgument: ParsableArguments {
    @Argument(help: "Name of the job.")
    var name: String

    /// The part of an API path that names it. What cannot be a job goes no further.
    func path(_ rest: String = "") throws -> String {
        guard DeviceName.isValid(self.name) else {
            throw WatchmanError(
                .notFound, "no job '\(OutsideText.clean(self.name, limit: 63))'", hint: "watchman admin jobs list")
        }
        return "/api/v1/jobs/\(self.name)\(rest)"
    }
}
