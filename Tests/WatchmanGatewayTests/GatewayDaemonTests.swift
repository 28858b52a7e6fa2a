import Foundation
import Logging
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanGateway

@Suite struct GatewayDaemonTests {
    @Test(arguments: 0..<3) func `a login user that is missing is named before anything is written`(
        index: Int
    ) async throws {
        try await TemporaryFolder.with { folder in
            var users = ["root", "root", "root"]
            users[index] = "wm-nobody"
            var settings = SSHDConfigurationTests.settings
            settings.folder = folder
            (settings.edgeUser, settings.jumpUser, settings.keysUser) = (users[0], users[1], users[2])
            let runner = RecordingProcessRunner()
            let daemon = GatewayDaemon(settings: settings, processes: runner, logger: Logger(label: "test"))
            let key = SSHPrivateKey.generate()
            let identity = GatewayIdentity(
                hostKey: Secret(key.text), hostCertificate: "x", userAuthority: key.publicKey)
            let error = await #expect(throws: WatchmanError.self) { try await daemon.prepare(identity: identity) }
            #expect(error?.code == .configuration)
            #expect(error?.message == "the user wm-nobody does not exist on this machine")
            let files = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(files.isEmpty)
            #expect(runner.commands.isEmpty)
        }
    }
}
