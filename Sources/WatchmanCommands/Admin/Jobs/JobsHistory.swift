import ArgumentParser
import Foundation
import WatchmanClient
import WatchmanCore

extension Watchman {
    struct JobsHistory: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "history", abstract: "List a job's runs, the newest first.",
            discussion: "The last 1000 runs of each job are kept, and what the last 50 printed.")

        @OptionGroup var job: JobArgument
        @Option(help: "How many runs: 1 to 100.") var limit = JobRunList.pageSizes.usual
        @Option(help: ArgumentHelp("Only runs before this one.", valueName: "run")) var before: Int64?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let path = try self.job.path("/runs?limit=\(self.limit)" + (self.before.map { "&after=\($0)" } ?? ""))
            let page: JobRunList = try await self.server.withClient(.live) { try await $0.get(path) }
            try self.output.print(page) { Self.table(page.runs) }
            if let next = page.next, self.output.format == .table {
                Terminal.say("watchman: there are older ones: --before \(next)")
            }
        }

        static func table(_ runs: [JobRunSummary]) -> [String] {
            Table(
                header: ["RUN", "STARTED", "TOOK", "WHY", "BY", "STATE", "SUMMARY"],
                rows: runs.map { run in
                    [
                        "\(run.id)", Moment.exact(run.startedAt),
                        run.endedAt.map { ElapsedTime.words($0.timeIntervalSince(run.startedAt)) } ?? "-",
                        run.cause.rawValue, run.actor, run.state.rawValue, run.summary,
                    ]
                }
            ).lines
        }
    }

    struct JobsOutput: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "output", abstract: "Show what a run printed.",
            discussion: "Of each device, or of the server, the last 64 KiB are kept.")

        @OptionGroup var job: JobArgument
        @Argument(help: "Number of the run. Default: the newest.") var run: Int64?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let (path, run, name) = (try self.job.path(), self.run, self.job.name)
            let detail = try await self.server.withClient(.live) { client in
                if let run { return try await Self.fetch(client, path, run) }
                let job: JobSummary = try await client.get(path)
                guard let last = job.lastRun else { throw WatchmanError(.notFound, "the job \(name) has not run yet") }
                return try await Self.fetch(client, path, last.id)
            }
            try self.output.print(detail) { Self.lines(detail) }
            Terminal.say("watchman: \(Self.words(detail.run))")
        }

        /// A run with all its outputs.
        static func fetch(_ client: APIClient, _ path: String, _ run: Int64) async throws -> JobRunDetail {
            var detail: JobRunDetail = try await client.get("\(path)/runs/\(run)")
            while let next = detail.next {
                guard DeviceName.isValid(next) else { break }
                let page: JobRunDetail = try await client.get("\(path)/runs/\(run)?after=\(next)")
                detail.outputs += page.outputs
                detail.next = page.next
            }
            return detail
        }

        /// The server's output as it is; that of devices under their names.
        static func lines(_ detail: JobRunDetail) -> [String] {
            detail.outputs.sorted { $0.name < $1.name }.flatMap { output in
                let text = OutsideText.lines(output.output.utf8, limit: .max)
                var lines =
                    text.isEmpty ? [] : text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
                if lines.last == "" { lines.removeLast() }
                return
                    (output.target == "server"
                    ? [] : ["== \(OutsideText.clean(output.name, limit: 63)): \(Self.state(output))"]) + lines
            }
        }

        private static func state(_ output: JobOutput) -> String {
            output.isTimedOut ? "timed out" : output.status.map { "status \($0)" } ?? "not reached"
        }

        /// What became of a run, in a line.
        static func words(_ run: JobRunSummary) -> String {
            OutsideText.clean(
                "run \(run.id) \(run.state.rawValue)" + (run.summary.isEmpty ? "" : ": \(run.summary)"), limit: 600)
        }
    }
}
