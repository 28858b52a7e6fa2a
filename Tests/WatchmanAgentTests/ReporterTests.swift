import Foundation
import TestSupport
import Testing
import WatchmanCore
import WatchmanSystem

@testable import WatchmanAgent

@Suite struct ReporterTests {
    private static let versions: [Command: CommandResult] = [
        Command("ssh", ["-V"]): CommandResult(status: 0, errors: "OpenSSH_9.2p1\n"),
        Command("sshd", ["-V"]): CommandResult(status: 0, errors: "OpenSSH_9.2p1\n"),
    ]

    @Test func `host keys are told at the start and when they change, until the server has them`() async throws {
        try await TemporaryFolder.with { folder in
            let (site, file) = (AgentFixture.site(folder), "\(folder)/host_key.pub")
            try WholeFile.makeFolder(site.folder, mode: 0o700)
            var configuration = try AgentFixture.configuration(site)
            configuration.hostKeyFiles = [file, "\(folder)/missing.pub"]
            let keys = (0..<2).map { _ in SSHPrivateKey.generate().publicKey }
            let runner = RecordingProcessRunner(Self.versions)
            var reporter = Reporter(site: site, processes: runner) { _ in true }
            func next() async throws -> CheckInRequest { await reporter.next(configuration, tunnelProblem: nil) }

            try WholeFile.write("\(keys[0].line) root@edge\n", to: file, mode: 0o644)
            let first = try await next()
            #expect(first.hostKeys == [keys[0]])
            #expect(try await next().hostKeys == [keys[0]], "the first was not acknowledged")
            reporter.acknowledged(first)
            #expect(try await next().hostKeys == nil)
            try WholeFile.write("\(keys[1].line)\n", to: file, mode: 0o644)
            let changed = try await next()
            #expect(changed.hostKeys == [keys[1]])
            reporter.acknowledged(changed)
            try WholeFile.write("half a li", to: file, mode: 0o644)
            #expect(try await next().hostKeys == nil, "a file that is being written says nothing")
            #expect(runner.commands.count == 2, "facts are read once")
        }
    }

    @Test func `the boot is the kernel's, and root is the first login`() async throws {
        try await TemporaryFolder.with { folder in
            let site = AgentFixture.site(folder)
            try WholeFile.makeFolder(site.folder, mode: 0o700)
            try WholeFile.makeFolder("\(folder)/proc/sys/kernel/random", mode: 0o755)
            let path = "\(folder)/proc/sys/kernel/random/boot_id"
            try WholeFile.write("3f2a6d1e-0000-4000-8000-000000000001\n", to: path, mode: 0o444)
            var configuration = try AgentFixture.configuration(site)
            configuration.hostKeyFiles = []
            let runner = RecordingProcessRunner(Self.versions)
            var reporter = Reporter(
                site: site, processes: runner, machine: HostFacts(root: folder, processes: runner)
            ) { _ in true }
            let report = await reporter.next(configuration, tunnelProblem: SSHProblem(.name, "x"))
            #expect(report.bootID == "3f2a6d1e-0000-4000-8000-000000000001")
            #expect(report.tunnelProblem == "x" && report.problem == .name)
            #expect(report.logins == ["root"] && report.hostKeys == nil)
            try WholeFile.write("[\"pi\"]", to: site.loginsFile, mode: 0o600)
            let next = await reporter.next(configuration, tunnelProblem: nil)
            #expect(next.logins == ["root", "pi"])
        }
    }

    @Test func `an sshd that does not answer is told, unless the tunnel itself is down`() async throws {
        try await TemporaryFolder.with { folder in
            let site = AgentFixture.site(folder)
            try WholeFile.makeFolder(site.folder, mode: 0o700)
            var configuration = try AgentFixture.configuration(site)
            configuration.hostKeyFiles = []
            var reporter = Reporter(site: site, processes: RecordingProcessRunner(Self.versions)) { port in
                #expect(port == 2022)
                return false
            }
            let report = await reporter.next(configuration, tunnelProblem: nil)
            #expect(report.problem == .sshdDown)
            #expect(report.tunnelProblem == "this device's sshd does not answer on port 2022")
            let next = await reporter.next(configuration, tunnelProblem: SSHProblem(.lost, "x"))
            #expect(next.problem == .lost)
        }
    }
}
