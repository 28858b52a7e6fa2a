import Hummingbird
import WatchmanCore
import WatchmanStore

/// What the server does by itself.
struct JobsPage: Sendable {
    let fleet: Fleet
    let templates: Templates

    var all: [Page] {
        [
            Page(.get, "/jobs", .role(.viewer)) { try await self.page($0) },
            Page(.post, "/jobs", .role(.admin), self.add),
        ]
    }

    private func add(_ visit: Visit) async throws -> Response {
        do {
            let job = try await self.fleet.addJob(
                try Self.request(visit), actor: try visit.actor(), now: visit.now)
            return .seeOther("/jobs/\(job.id)")
        } catch let error as WatchmanError where error.isAboutForm {
            return try await self.page(visit, error: error)
        }
    }

    private func page(_ visit: Visit, error: WatchmanError? = nil) async throws -> Response {
        let jobs = try await self.fleet.store.jobs().map { $0.job.summary(lastRun: $0.lastRun) }
        return try self.templates.page(
            "jobs", JobsView(jobs, error: error, visit), status: error?.code.status ?? .ok)
    }

    private static func request(_ visit: Visit) throws -> JobRequest {
        guard let timeout = Int(visit.field("timeout")) else {
            throw WatchmanError(.invalid, "the timeout is a whole number of seconds")
        }
        let devices = visit.field("devices")
        // Browsers send line ends as CR LF (HTML standard, 4.10.21.4).
        let line = String(decoding: visit.field("command").utf8.filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        // One word: on a device its shell reads the line, and on the server there is none unless it is asked for.
        let command = line.isEmpty ? [] : devices.isEmpty ? JobsView.shell + [line] : [line]
        return JobRequest(
            name: visit.field("name"), cron: visit.field("cron"), timeZone: visit.field("timeZone"), jitter: 0,
            missed: .skip, devices: devices.isEmpty ? nil : devices, command: command, timeout: timeout,
            concurrency: 10)
    }
}
