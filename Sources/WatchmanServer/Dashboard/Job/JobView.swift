import Foundation
import WatchmanCore

/// The page about one job.
struct JobView: Sendable {
    struct Run: Sendable {
        let mark: Mark
        let summary: String
        let cause: String
        let startedAt: Moment
        /// Where its output is, or nil for those who may not read it.
        let outputPath: String?
    }

    struct Runs: Sendable { let rows: [Run] }

    let layout: Layout
    let note: Note?
    let name: String
    let jobPath: String
    let what: String
    let mark: Mark?
    let isRunning: Bool
    let isPaused: Bool
    let canOperate: Bool
    let canRemove: Bool
    let facts: [Fact]
    let runs: Runs?
    let firstPath: String?
    let nextPath: String?
    let hasPages: Bool

    init(_ job: JobSummary, _ history: JobRunList, isFirst: Bool, error: WatchmanError?, _ visit: Visit) {
        let path = "/jobs/\(job.id)"
        self.layout = Layout(job.name, .jobs, visit)
        self.note = error.map(Note.init)
        self.name = job.name
        self.jobPath = path
        self.what = JobsView.what(job)
        self.isRunning = job.lastRun?.state == .running
        self.isPaused = job.isPaused
        self.mark = job.isPaused ? Mark(.idle, "paused") : self.isRunning ? Mark(.busy, "running") : nil
        self.canOperate = visit.may(.operator)
        self.canRemove = visit.may(.admin) && job.kind == .command
        self.facts = Self.facts(job, visit.now)
        self.runs =
            history.runs.isEmpty
            ? nil : Runs(rows: history.runs.map { Self.run($0, path: visit.may(.operator) ? path : nil, visit.now) })
        self.firstPath = isFirst ? nil : path
        self.nextPath = history.next.map { "\(path)?before=\($0)" }
        self.hasPages = self.firstPath != nil || self.nextPath != nil
    }

    private static func run(_ run: JobRunSummary, path: String?, _ now: Date) -> Run {
        Run(
            mark: Mark(run.state), summary: run.summary, cause: self.cause(run),
            startedAt: Moment(run.startedAt, now: now), outputPath: path.map { "\($0)/runs/\(run.id)" })
    }

    /// Why a job ran and how long, in words.
    static func cause(_ run: JobRunSummary) -> String {
        let cause =
            switch run.cause {
            case .schedule: "on schedule"
            case .missed: "late: the server was not there in time"
            case .manual: "for \(run.actor)"
            }
        return cause + (run.endedAt.map { ", took \(ElapsedTime.words($0.timeIntervalSince(run.startedAt)))" } ?? "")
    }

    private static func facts(_ job: JobSummary, _ now: Date) -> [Fact] {
        let span: (Int) -> String = { ElapsedTime.words(Double($0)) }
        var facts = [
            Fact("Runs", job.schedule), Fact("Cron", job.cron, isCode: true), Fact("Time zone", job.timeZone),
            Fact("Next run", job.nextRunAt.map { "\(Moment($0, now: now).words), \(Words.exact($0))" } ?? "paused"),
        ]
        if job.jitter > 0 { facts.append(Fact("Jitter", "up to \(span(job.jitter)) later")) }
        facts.append(Fact("When missed", job.missed == .run ? "runs once, late" : "skipped"))
        if job.kind == .command {
            facts += [
                Fact("Where", job.devices ?? "the server itself", isCode: job.devices != nil),
                Fact("Command", JobsView.line(job), isCode: true),
            ]
        }
        if job.devices != nil { facts.append(Fact("At the same time", Words.count(job.concurrency, "device"))) }
        return facts + [
            Fact("Timeout", span(job.timeout)), Fact("Made", "\(Words.exact(job.createdAt)) by \(job.createdBy)"),
        ]
    }
}
