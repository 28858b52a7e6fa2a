public import ArgumentParser
import Foundation
import WatchmanClient
import WatchmanCore
public import WatchmanSystem

extension Watchman {
    struct Prereqs: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check what this machine needs, and install it.",
            discussion: "Exit status 0 if the machine is ready, 69 if it is not.")

        @Option(help: "What the machine is to be: edge or server.")
        var role = Prerequisites.Role.edge

        @Flag(help: "Install and start what is missing.")
        var install = false

        @Option(help: ArgumentHelp("Also check the way to this server.", valueName: "url"))
        var server: String?

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let context = Context.live
            let checks = Self.checks(self.role, context, server: try self.server.map { try ServerURL($0) })
            var report = await checks.check()
            if self.install && !report.isReady {
                try await checks.install(report) { Terminal.say("watchman: \($0)") }
                report = await checks.check()
            }
            try self.output.print(report) { Self.lines(report) }
            if !report.isReady { throw ExitCode(69) }
        }

        /// Stops with the first thing that is missing.
        ///
        /// - Throws: `WatchmanError` (`unavailable`).
        static func require(_ context: Context, server: ServerURL?) async throws {
            let report = await self.checks(.edge, context, server: server).check()
            guard let first = report.checks.first(where: { $0.verdict == .failed }) else { return }
            throw WatchmanError(
                .unavailable, "this machine is not ready: \(first.name.rawValue): \(first.detail)",
                hint: first.cure ?? "watchman prereqs")
        }

        private static func checks(_ role: Prerequisites.Role, _ context: Context, server: ServerURL?) -> Prerequisites
        {
            let contact = server.map { url in
                Prerequisites.Contact(host: url.host, port: url.port) { try await ServerTrust.clock(url) }
            }
            return Prerequisites(role: role, processes: context.processes, contact: contact)
        }

        static func lines(_ report: PrerequisiteReport) -> [String] {
            let table = Table(
                header: ["CHECK", "VERDICT", "FOUND", "DETAIL"],
                rows: report.checks.map { [$0.name.rawValue, $0.verdict.rawValue, $0.found ?? "-", $0.detail] })
            let cures = report.checks.compactMap(\.cure)
            let unique = cures.enumerated().filter { cures.firstIndex(of: $0.element) == $0.offset }.map(\.element)
            let advice = unique.isEmpty ? [] : ["", "To mend:"] + unique.map { "  \($0)" }
            return table.lines + advice + ["", report.isReady ? "ready" : "not ready"]
        }
    }
}

extension Prerequisites.Role: ExpressibleByArgument {}
