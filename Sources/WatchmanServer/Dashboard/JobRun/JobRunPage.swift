import Hummingbird
import WatchmanCore
import WatchmanStore

/// What a job's run printed, on each device.
struct JobRunPage: Sendable {
    let fleet: Fleet
    let templates: Templates

    var all: [Page] { [Page(.get, "/jobs/:job/runs/:run", .role(.operator), self.show)] }

    private func show(_ visit: Visit) async throws -> Response {
        let job = try await self.fleet.store.job(try visit.parameter("job")).job
        guard let run = Int64(try visit.parameter("run")) else {
            throw WatchmanError(.notFound, "the job \(job.name) has no such run")
        }
        let detail = try await self.fleet.store.jobRun(job.id, run, after: visit.asked("after"))
        return try self.templates.page("job-run", JobRunView(job.name, job.id, detail, visit))
    }
}
