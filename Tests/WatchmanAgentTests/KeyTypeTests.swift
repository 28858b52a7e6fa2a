import Foundation
import TestSupport
import Testing
import WatchmanCore
import WatchmanSystem

@testable import WatchmanAgent

@Suite struct KeyTypeTests {
    private static func withSite(_ body: (EdgeSite) async throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            let site = AgentFixture.site(folder)
            try WholeFile.makeFolder(site.folder, mode: 0o700)
            try await body(site)
        }
    }

    @Test func `an ed25519 key is made without a program and kept`() async throws {
        try await Self.withSite { site in
            let runner = RecordingProcessRunner()
            let key = try await KeyType.ed25519.key(site, runner)
            let again = try await KeyType.ed25519.key(site, runner)
            #expect(again.publicKey == key.publicKey && runner.commands.isEmpty)
            let file = KeyType.ed25519.file(site)
            let (secret, open) = (try TemporaryFolder.mode(of: file), try TemporaryFolder.mode(of: "\(file).pub"))
            #expect(secret == 0o600 && open == 0o644)
            let line = try WholeFile.read("\(file).pub")
            #expect(line == Data("\(key.publicKey.line) watchman\n".utf8))
        }
    }

    @Test func `a key that is damaged is never replaced`() async throws {
        try await Self.withSite { site in
            let file = KeyType.ed25519.file(site)
            try WholeFile.write("not a key", to: file, mode: 0o600)
            let error = await #expect(throws: WatchmanError.self) {
                try await KeyType.ed25519.key(site, RecordingProcessRunner())
            }
            #expect(error?.code == .configuration)
            #expect(error?.message.hasPrefix("\(file) is not usable: ") == true)
            #expect(error?.hint == "mv \(file) \(file).old")
            let content = try WholeFile.read(file)
            #expect(content == Data("not a key".utf8))
        }
    }

    @Test func `an rsa key is asked of ssh-keygen, and a failure leaves nothing`() async throws {
        try await Self.withSite { site in
            let file = "\(site.folder)/id_rsa"
            let command = Command.makeKey(type: "rsa", path: "\(file).new", comment: "watchman")
            let runner = RecordingProcessRunner([command: CommandResult(status: 1, errors: "No space left on device\n")]
            )
            let error = await #expect(throws: WatchmanError.self) { try await KeyType.rsa.key(site, runner) }
            #expect(error?.message.hasSuffix("ended with status 1: No space left on device") == true)
            #expect(runner.commands == [command])
            let files = try FileManager.default.contentsOfDirectory(atPath: site.folder)
            #expect(files.isEmpty)
        }
    }

    @Test func `an ssh-keygen that writes no key is found out`() async throws {
        try await Self.withSite { site in
            let command = Command.makeKey(type: "rsa", path: "\(site.folder)/id_rsa.new", comment: "watchman")
            let runner = RecordingProcessRunner([command: CommandResult(status: 0)])
            await #expect(throws: SSHFormatError.self) { try await KeyType.rsa.key(site, runner) }
            let files = try FileManager.default.contentsOfDirectory(atPath: site.folder)
            #expect(files.isEmpty)
        }
    }
}
