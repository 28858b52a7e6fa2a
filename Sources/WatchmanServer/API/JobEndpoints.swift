import Foundation
import HTTPTypes
import WatchmanCore
import WatchmanStore

/// Jobs and their runs.
struct JobEndpoints: Sendable {
    let fleet: Fleet

    var all: [Endpoint] {
        [
            Endpoint(.get, "/api/v1/jobs", .role(.viewer), "List jobs", self.list),
            Endpoint(.post, "/api/v1/jobs", .role(.admin), "Add a job that runs a command", self.add),
            Endpoint(.get, "/api/v1/jobs/:job", .role(.viewer), "Show a job", self.show),
            Endpoint(.patch, "/api/v1/jobs/:job", .role(.admin), "Change when a job runs", self.change),
            Endpoint(.delete, "/api/v1/jobs/:job", .role(.admin), "Forget a job", self.remove),
            Endpoint(.post, "/api/v1/jobs/:job/run", .role(.operator), "Run a job now", self.run),
            Endpoint(.post, "/api/v1/jobs/:job/pause", .role(.operator), "Let a job wait") { call in
                try await self.pause(call, true)
            },
            Endpoint(.post, "/api/v1/jobs/:job/resume", .role(.operator), "Let a job go on") { call in
                try await self.pause(call, false)
            },
            Endpoint(
                .get, "/api/v1/jobs/:job/runs", .role(.viewer), "List a job's runs",
                query: [
                    QueryParameter(
                        "after", "Where the page begins: `next` of the page before.", .integer(1...Int.max)),
                    .limit(1...JobRunList.pageSizes.most),
                ], self.history),
            Endpoint(
                .get, "/api/v1/jobs/:job/runs/:run", .role(.operator), "Show what a job's run printed",
                query: [.after], self.output),
        ]
    }

    private func list(_ call: Call) async throws -> JobList {
        JobList(jobs: try await self.fleet.store.jobs().map { $0.job.summary(lastRun: $0.lastRun) })
    }

    private func add(_ call: Call, _ request: JobRequest) async throws -> JobSummary {
        try await self.fleet.addJob(request, actor: try call.actor(), now: call.now)
    }

    private func show(_ call: Call) async throws -> JobSummary {
        let (job, lastRun) = try await self.fleet.store.job(try call.parameter("job"))
        return job.summary(lastRun: lastRun)
    }

    private func change(_ call: Call, _ change: JobChange) async throws -> JobSummary {
        try await self.fleet.changeJob(try call.parameter("job"), change, actor: try call.actor(), now: call.now)
    }

    private func remove(_ call: Call) async throws -> JobSummary {
        try await self.fleet.removeJob(try call.parameter("job"), actor: try call.actor(), now: call.now)
    }

    private func run(_ call: Call) async throws -> JobRunSummary {
        try await self.fleet.runJob(try call.parameter("job"), actor: try call.actor(), now: call.now)
    }

    private func pause(_ call: Call, _ isPaused: Bool) async throws -> JobSummary {
        try await self.fleet.pauseJob(try call.parameter("job"), isPaused, actor: try call.actor(), now: call.now)
    }

    private func history(_ call: Call) async throws -> JobRunList {
        let (limit, before) = (call.query["limit"].flatMap { Int($0) }, call.query["after"].flatMap { Int64($0) })
        return try await self.fleet.store.jobRuns(
            try call.parameter("job"), before: before, limit: limit ?? JobRunList.pageSizes.usual)
    }

    private func output(_ call: Call) async throws -> JobRunDetail {
        let text = try call.parameter("run")
        guard let run = Int64(text) else {
            throw WatchmanError(.notFound, "no run '\(OutsideText.clean(text, limit: 20))'")
        }
        return try await self.fleet.store.jobRun(
            try call.parameter("job"), run, after: call.query["after"])
    }
}
