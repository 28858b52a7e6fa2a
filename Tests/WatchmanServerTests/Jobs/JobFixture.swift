import Foundation
import Logging
import Synchronization
import TestSupport
import WatchmanCore
import WatchmanSystem

@testable import WatchmanServer
@testable import WatchmanStore

/// A server's jobs without the server: time stands still until a test says otherwise.
struct JobFixture: Sendable {
    let server: ServerFixture
    let runner: JobRunner
    let scheduler: Scheduler
    var store: Store { self.server.fleet.store }

    static func with(
        _ processes: any ProcessRunner = RecordingProcessRunner(), builtIns: [BuiltInJob] = [],
        now: Date = Sample.now, before: (Store) async throws -> Void = { _ in },
        _ body: (JobFixture) async throws -> Void
    ) async throws {
        try await ServerFixture.with { server in
            try await before(server.fleet.store)
            try await TemporaryFolder.with { folder in
                let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                var runner = JobRunner(
                    fleet: server.fleet, processes: processes, builtIns: builtIns, folder: "\(folder)/jobs",
                    logger: logger)
                runner.now = { now }
                let scheduler = try await Scheduler(fleet: server.fleet, runner: runner, logger: logger, now: now)
                try await body(JobFixture(server: server, runner: runner, scheduler: scheduler))
            }
        }
    }

    func add(_ request: JobRequest, now: Date = Sample.now) async throws {
        _ = try await self.server.fleet.addJob(request, actor: "local", now: now)
    }

    /// Asks for a run and attends to it to its end.
    func run(_ name: String) async throws -> JobRunDetail {
        let (job, run) = try await self.store.beginRun(job: name, actor: "local", now: Sample.now)
        await self.runner.run(job, run)
        return try await self.store.jobRun(name, run.id)
    }
}

/// Answers every command with the same transcript, and writes down what it was asked.
final class FixedRunner: ProcessRunner {
    struct Asked: Hashable, Sendable {
        let command: Command
        let limit: Duration
        let count: Int
    }

    private let answer: Result<Transcript, WatchmanError>
    private let record = Mutex<[Asked]>([])
    var asked: [Asked] { self.record.withLock { $0 } }

    init(_ answer: Result<Transcript, WatchmanError>) { self.answer = answer }

    func run(_ command: Command) async throws -> CommandResult {
        throw WatchmanError(.internal, "jobs have a limit")
    }

    func transcript(of command: Command, within limit: Duration, keeping count: Int) async throws -> Transcript {
        self.record.withLock { $0.append(Asked(command: command, limit: limit, count: count)) }
        return try self.answer.get()
    }
}
