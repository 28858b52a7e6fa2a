import Foundation
import WatchmanCore

/// The page about one run of a job.
struct JobRunView: Sendable {
    struct Output: Sendable {
        let name: String
        /// The device's page, or nil for the server.
        let devicePath: String?
        let mark: Mark
        let took: String
        let text: String?
    }

    struct Outputs: Sendable { let rows: [Output] }

    let layout: Layout
    let jobPath: String
    let jobName: String
    let mark: Mark
    let summary: String
    let cause: String
    let startedAt: Moment
    let outputs: Outputs?
    let nextPath: String?

    init(_ job: String, _ id: String, _ detail: JobRunDetail, _ visit: Visit) {
        let run = detail.run
        self.layout = Layout("\(job), run \(run.id)", .jobs, visit)
        self.jobPath = "/jobs/\(id)"
        self.jobName = job
        self.mark = Mark(run.state)
        self.summary = run.summary
        self.cause = JobView.cause(run)
        self.startedAt = Moment(run.startedAt, now: visit.now)
        self.outputs = detail.outputs.isEmpty ? nil : Outputs(rows: detail.outputs.map(Self.output))
        self.nextPath = detail.next.map { PagePath.query("/jobs/\(id)/runs/\(run.id)", [("after", $0)]) }
    }

    private static func output(_ output: JobOutput) -> Output {
        let mark =
            if output.isTimedOut { Mark(.bad, "timed out") } else if let status = output.status {
                Mark(status == 0 ? .ok : .bad, "status \(status)")
            } else { Mark(.warn, "not run") }
        return Output(
            name: output.name,
            devicePath: output.target == "server" ? nil : "/devices/\(PercentEncoding.encode(output.target))",
            mark: mark, took: ElapsedTime.words(output.endedAt.timeIntervalSince(output.startedAt)),
            text: output.output.isEmpty ? nil : output.output)
    }
}
