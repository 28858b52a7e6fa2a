import Foundation
import Glibc
import TestSupport
import Testing
import WatchmanCore
import WatchmanSystem

@testable import WatchmanAgent

/// The service, on a device whose binary is in place already.
@Suite struct ServiceInstallTests {
    private static let name = SystemdUnit.agentName
    private static let isActive = Command.systemctl("is-active", "--quiet", name)
    private static let isEnabled = Command.systemctl("is-enabled", "--quiet", name)
    private static let reload = Command.systemctl("daemon-reload")
    private static let enable = Command.systemctl("enable", "--quiet", name)
    private static let restart = Command.systemctl("restart", name)

    /// Repairs a registered device whose systemd answers like this, and says what was asked of it.
    private static func repair(
        unit: String? = nil, active: Int32 = 0, enabled: Int32 = 0
    ) async throws -> [Command] {
        let beside = URL(fileURLWithPath: Executables.current).deletingLastPathComponent().path
        return try await TemporaryFolder.with(in: beside) { folder in
            let site = AgentFixture.site(folder, unitFolder: folder)
            let file = try #require(site.unitFile)
            try WholeFile.makeFolder(site.folder, mode: 0o700)
            try AgentFixture.configuration(site).write(site)
            try #require(link(Executables.current, site.binary) == 0)
            let right = SystemdUnit.agent(binary: site.binary, folder: site.folder)
            if let unit { try WholeFile.write(unit.replacing("RIGHT", with: right), to: file, mode: 0o644) }
            let success = CommandResult(status: 0)
            let runner = RecordingProcessRunner([
                self.isActive: CommandResult(status: active), self.isEnabled: CommandResult(status: enabled),
                self.reload: success, self.enable: success, self.restart: success,
            ])
            _ = try await AgentFixture.enroller(site, runner).repair()
            let content = try WholeFile.read(file)
            #expect(content == Data(right.utf8))
            return runner.commands
        }
    }

    @Test func `a device without the service gets it, enabled and started`() async throws {
        let commands = try await Self.repair(active: 3, enabled: 1)
        #expect(commands == [Self.isActive, Self.isEnabled, Self.reload, Self.enable, Self.restart])
    }

    @Test func `a service that runs is left alone`() async throws {
        let commands = try await Self.repair(unit: "RIGHT")
        #expect(commands == [Self.isActive, Self.isEnabled])
    }

    @Test(arguments: [(Int32(3), Int32(0)), (0, 1)])
    func `a service that is stopped or disabled is started and enabled`(active: Int32, enabled: Int32) async throws {
        let commands = try await Self.repair(unit: "RIGHT", active: active, enabled: enabled)
        #expect(commands == [Self.isActive, Self.isEnabled, Self.enable, Self.restart])
    }

    @Test func `a unit that was changed is written anew, and systemd reads it again`() async throws {
        let commands = try await Self.repair(unit: "RIGHT# changed\n")
        #expect(commands == [Self.isActive, Self.isEnabled, Self.reload, Self.enable, Self.restart])
    }
}
