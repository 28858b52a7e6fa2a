import ArgumentParser
import Foundation
import WatchmanClient
import WatchmanCore

extension Watchman {
    struct JobsRun: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run", abstract: "Run a job now, and wait for its end.",
            discussion:
                "What it printed is shown at the end. The exit status is 0 if all went well, else 1. A paused job runs, too."
        )

        @OptionGroup var job: JobArgument
        @Flag(help: "Do not wait.") var noWait = false
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let (path, output, noWait) = (try self.job.path(), self.output, self.noWait)
            let ended: JobRunDetail? = try await self.server.withClient(.live) { client in
                let run: JobRunSummary = try await client.post("\(path)/run", Acknowledgement())
                if noWait {
                    try output.print(run) { ["run \(run.id) began"] }
                    return nil
                }
                while try await Self.goesOn(run.id, client, path) { try await Task.sleep(for: .milliseconds(300)) }
                return try await JobsOutput.fetch(client, path, run.id)
            }
            guard let ended else { return }
            try output.print(ended) { JobsOutput.lines(ended) }
            Terminal.say("watchman: \(JobsOutput.words(ended.run))")
            if ended.run.state != .succeeded { throw ExitCode(1) }
        }

        private static func goesOn(_ id: Int64, _ client: APIClient, _ path: String) async throws -> Bool {
            let job: JobSummary = try await client.get(path)
            return job.lastRun.map { $0.id == id && $0.endedAt == nil } ?? false
        }
    }

    struct JobsPause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pause", abstract: "Let a job wait until it is resumed. A run that goes on is not ended.")

        @OptionGroup var job: JobArgument
        @OptionGroup var server: ServerOptions

        func run() async throws { try await self.job.post("/pause", self.server) }
    }

    struct JobsResume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "resume", abstract: "Let a paused job go on.")

        @OptionGroup var job: JobArgument
        @OptionGroup var server: ServerOptions

        func run() async throws { try await self.job.post("/resume", self.server) }
    }
}

extension JobArgument {
    /// Lets the server do something with the job, and tells how it is then.
    fileprivate func post(_ rest: String, _ server: ServerOptions) async throws {
        let path = try self.path(rest)
        let job: JobSummary = try await server.withClient(.live) { try await $0.post(path, Acknowledgement()) }
        Terminal.data(Watchman.JobsChange.line(job))
    }
}
