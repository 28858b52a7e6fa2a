import Hummingbird
import WatchmanCore
import WatchmanStore

/// One job with its history.
struct JobPage: Sendable {
    let fleet: Fleet
    let templates: Templates

    var all: [Page] {
        [
            Page(.get, "/jobs/:job", .role(.viewer)) { try await self.page($0) },
            Page(.post, "/jobs/:job/run", .role(.operator)) { visit in
                try await self.acting(visit) {
                    _ = try await self.fleet.runJob($0, actor: try visit.actor(), now: visit.now)
                }
            },
            Page(.post, "/jobs/:job/pause", .role(.operator)) { visit in
                try await self.acting(visit) {
                    _ = try await self.fleet.pauseJob($0, true, actor: try visit.actor(), now: visit.now)
                }
            },
            Page(.post, "/jobs/:job/resume", .role(.operator)) { visit in
                try await self.acting(visit) {
                    _ = try await self.fleet.pauseJob($0, false, actor: try visit.actor(), now: visit.now)
                }
            },
            Page(.post, "/jobs/:job/remove", .role(.admin)) { visit in
                try await self.acting(visit, next: "/jobs") {
                    _ = try await self.fleet.removeJob($0, actor: try visit.actor(), now: visit.now)
                }
            },
        ]
    }

    private func acting(
        _ visit: Visit, next: String? = nil, _ act: (_ job: String) async throws -> Void
    ) async throws -> Response {
        let job = try await self.fleet.store.job(try visit.parameter("job")).job
        do {
            try await act(job.id)
            return .seeOther(next ?? "/jobs/\(job.id)")
        } catch let error as WatchmanError where error.isAboutForm {
            return try await self.page(visit, error: error)
        }
    }

    private func page(_ visit: Visit, error: WatchmanError? = nil) async throws -> Response {
        let (job, lastRun) = try await self.fleet.store.job(try visit.parameter("job"))
        let before = visit.asked("before").flatMap { Int64($0) }
        let runs = try await self.fleet.store.jobRuns(job.id, before: before, limit: JobRunList.pageSizes.usual)
        let view = JobView(job.summary(lastRun: lastRun), runs, isFirst: before == nil, error: error, visit)
        return try self.templates.page("job", view, status: error?.code.status ?? .ok)
    }
}
