import Foundation
import WatchmanCore

/// The page about jobs.
struct JobsView: Sendable {
    struct Row: Sendable {
        let name: String
        /// The address that its forms begin with.
        let jobPath: String
        let what: String
        let schedule: String
        let zone: String
        let next: Moment?
        let mark: Mark
        let startedAt: Moment?
        let isRunning: Bool
        let isPaused: Bool
    }

    struct List: Sendable { let rows: [Row] }

    /// What was typed into the form for a new job.
    struct Typed: Sendable {
        let name: String
        let cron: String
        let timeZone: String
        let devices: String
        let timeout: String
        let command: String
    }

    /// What reads a command on the server.
    static let shell = ["/bin/sh", "-c"]

    let layout: Layout
    let note: Note?
    let list: List?
    let canOperate: Bool
    /// For those who may add jobs.
    let typed: Typed?

    init(_ jobs: [JobSummary], error: WatchmanError?, _ visit: Visit) {
        let form = error == nil ? [:] : visit.form
        self.layout = Layout("Jobs", .jobs, visit)
        self.note = error.map(Note.init)
        self.list = jobs.isEmpty ? nil : List(rows: jobs.map { Self.row($0, visit.now) })
        self.canOperate = visit.may(.operator)
        self.typed =
            visit.may(.admin)
            ? Typed(
                name: form["name"] ?? "", cron: form["cron"] ?? "", timeZone: form["timeZone"] ?? "UTC",
                devices: form["devices"] ?? "", timeout: form["timeout"] ?? "600", command: form["command"] ?? "")
            : nil
    }

    private static func row(_ job: JobSummary, _ now: Date) -> Row {
        Row(
            name: job.name, jobPath: "/jobs/\(job.id)", what: self.what(job), schedule: job.schedule,
            zone: job.timeZone, next: job.nextRunAt.map { Moment($0, now: now) },
            mark: job.lastRun.map { Mark($0.state) } ?? Mark(.idle, "never ran"),
            startedAt: job.lastRun.map { Moment($0.startedAt, now: now) }, isRunning: job.lastRun?.state == .running,
            isPaused: job.isPaused)
    }

    /// What a job does, in words or as its command.
    static func what(_ job: JobSummary) -> String {
        switch job.kind {
        case .backup: "makes a backup"
        case .prune: "deletes what is too old"
        case .rollup: "sums up measurements and uptime"
        case .check: "checks the database"
        case .command: self.line(job)
        }
    }

    /// A job's command as it is typed into the form.
    static func line(_ job: JobSummary) -> String {
        let words = job.command ?? []
        return (words.starts(with: self.shell) ? Array(words.dropFirst(self.shell.count)) : words)
            .joined(separator: " ")
    }
}

extension Mark {
    /// What became of a job's run.
    init(_ state: JobRunSummary.State) {
        self =
            switch state {
            case .running: Mark(.busy, "running")
            case .succeeded: Mark(.ok, "succeeded")
            case .failed: Mark(.bad, "failed")
            case .timedOut: Mark(.bad, "timed out")
            case .interrupted: Mark(.warn, "interrupted")
            case .skipped: Mark(.idle, "skipped")
            }
    }
}
