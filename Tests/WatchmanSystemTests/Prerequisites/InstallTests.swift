import Synchronization
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanSystem

@Suite struct InstallTests {
    private static let update = PackageManager(.apt).unattended(Command("apt-get", ["update"]))
    private static let install = PackageManager(.apt).unattended(
        Command("apt-get", ["install", "-y", "openssh-server", "autossh"]))
    private static let start = Command.systemctl("enable", "--now", "ssh")
    private static let success = CommandResult(status: 0)

    /// A device that lacks sshd and autossh, and what its report says.
    private func bareMachine() async -> (FakeMachine, PrerequisiteReport) {
        var machine = FakeMachine()
        machine.programs.subtract(["sshd", "autossh"])
        return (machine, await machine.prerequisites().check())
    }

    @Test func `one command brings all packages, then sshd is started`() async throws {
        let (machine, report) = await self.bareMachine()
        let runner = RecordingProcessRunner([
            Self.update: Self.success, Self.install: Self.success, Self.start: Self.success,
        ])
        let announced = Mutex<[Command]>([])
        try await machine.prerequisites(runner: runner).install(report) { command in
            announced.withLock { $0.append(command) }
        }
        #expect(runner.commands == [Self.update, Self.install, Self.start])
        #expect(announced.withLock { $0 } == runner.commands)
    }

    @Test func `a ready device is left alone`() async throws {
        let machine = FakeMachine()
        let report = await machine.prerequisites().check()
        let runner = RecordingProcessRunner()
        try await machine.prerequisites(runner: runner).install(report) { _ in }
        #expect(runner.commands.isEmpty)
    }

    @Test func `nothing is installed without root's rights`() async {
        var (machine, report) = await self.bareMachine()
        machine.isRoot = false
        let runner = RecordingProcessRunner()
        let prerequisites = machine.prerequisites(runner: runner)
        let error = await #expect(throws: WatchmanError.self) { try await prerequisites.install(report) { _ in } }
        #expect(error?.code == .forbidden)
        #expect(error?.hint == "sudo watchman prereqs --role edge --install")
        report = await machine.prerequisites().check()
        #expect(!report.isReady)
    }

    @Test func `without a package manager the error names what is missing`() async {
        var (machine, report) = await self.bareMachine()
        machine.packages = nil
        report = await machine.prerequisites().check()
        let prerequisites = machine.prerequisites(runner: RecordingProcessRunner())
        let error = await #expect(throws: WatchmanError.self) { try await prerequisites.install(report) { _ in } }
        #expect(error?.message == "cannot install sshd, autossh: no package manager that watchman knows")
    }

    @Test func `a dead package source does not stop the rest`() async throws {
        let (machine, report) = await self.bareMachine()
        let runner = RecordingProcessRunner([
            Self.update: CommandResult(status: 100, errors: "E: Failed to fetch\n"), Self.install: Self.success,
            Self.start: Self.success,
        ])
        try await machine.prerequisites(runner: runner).install(report) { _ in }
        #expect(runner.commands.count == 3)
    }

    @Test func `when nothing can be had, the dead source is the reason`() async {
        let (machine, report) = await self.bareMachine()
        let runner = RecordingProcessRunner([
            Self.update: CommandResult(status: 100, errors: "E: Failed to fetch\n"),
            Self.install: CommandResult(status: 100, errors: "E: Unable to locate package autossh\n"),
        ])
        let prerequisites = machine.prerequisites(runner: runner)
        let error = await #expect(throws: WatchmanError.self) { try await prerequisites.install(report) { _ in } }
        #expect(error?.message.hasSuffix("ended with status 100: E: Failed to fetch") == true)
    }
}
