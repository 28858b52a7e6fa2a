import Foundation
import TestSupport
import Testing
import WatchmanCore
import WatchmanSystem

@testable import WatchmanAgent

@Suite struct UninstallerTests {
    private static let disable = Command.systemctl("disable", "--now", "--quiet", "watchman-agent.service")
    private static let reload = Command.systemctl("daemon-reload")
    private static let success = CommandResult(status: 0)

    @Test func `service, line and folder go, foreign lines stay, and twice is no error`() async throws {
        try await TemporaryFolder.with { folder in
            let site = AgentFixture.site(folder, unitFolder: folder)
            let unit = try #require(site.unitFile)
            try WholeFile.makeFolder(site.folder, mode: 0o700)
            try WholeFile.write("x", to: unit, mode: 0o644)
            try WholeFile.makeFolder("\(folder)/.ssh", mode: 0o700)
            try WholeFile.write("ssh-rsa AAAA ann\n", to: site.authorizedKeys, mode: 0o600)
            try AuthorizedKeys(path: site.authorizedKeys).trust(AgentFixture.hostKey, deviceID: "abc")
            let runner = RecordingProcessRunner([Self.disable: Self.success, Self.reload: Self.success])
            let found = try await Uninstaller.run(site, processes: runner)
            let foundAgain = try await Uninstaller.run(site, processes: runner)
            #expect(found && !foundAgain)
            #expect(runner.commands == [Self.disable, Self.reload])
            let lines = try WholeFile.read(site.authorizedKeys)
            #expect(lines == Data("ssh-rsa AAAA ann\n".utf8))
            let files = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(files == [".ssh"])
        }
    }

    @Test func `a service that does not stop keeps its files`() async throws {
        try await TemporaryFolder.with { folder in
            let site = AgentFixture.site(folder, unitFolder: folder)
            let unit = try #require(site.unitFile)
            try WholeFile.makeFolder(site.folder, mode: 0o700)
            try WholeFile.write("x", to: unit, mode: 0o644)
            let runner = RecordingProcessRunner([Self.disable: CommandResult(status: 1, errors: "timed out\n")])
            await #expect(throws: WatchmanError.self) { try await Uninstaller.run(site, processes: runner) }
            #expect(FileManager.default.fileExists(atPath: unit))
            #expect(FileManager.default.fileExists(atPath: site.folder))
        }
    }
}
