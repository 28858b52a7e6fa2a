import Foundation
import Synchronization
import TestSupport
import Testing
import WatchmanClient
import WatchmanCore
import WatchmanSystem

@testable import WatchmanAgent

@Suite struct EnrollerTests {
    private static func withSite(unitFolder: Bool = false, _ body: (EdgeSite) async throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            let site = AgentFixture.site(folder, unitFolder: unitFolder ? folder : nil)
            try WholeFile.makeFolder(site.folder, mode: 0o700)
            try await body(site)
        }
    }

    @Test func `settling writes what is missing, and a second time nothing`() async throws {
        try await Self.withSite { site in
            let reports = Mutex<[String]>([])
            let enroller = AgentFixture.enroller(site) { line in reports.withLock { $0.append(line) } }
            var configuration = try AgentFixture.configuration(site)
            let first = try await enroller.settle(&configuration)
            let second = try await enroller.settle(&configuration)
            #expect(!first && second)
            let enrolment = configuration.enrolment
            let hosts = try WholeFile.read(site.knownHostsFile)
            #expect(hosts == Data(KnownHosts.gatewayLine(enrolment.hostAuthority).utf8))
            let trusts = try AuthorizedKeys(path: site.authorizedKeys)
                .trusts(enrolment.userAuthority, deviceID: enrolment.deviceID)
            #expect(trusts)
            let saved = try AgentConfiguration.read(site)
            #expect(saved == configuration)
            #expect(reports.withLock { $0.count } == 1)
        }
    }

    @Test func `settling mends what was damaged or taken away`() async throws {
        try await Self.withSite { site in
            let enroller = AgentFixture.enroller(site)
            var configuration = try AgentFixture.configuration(site)
            _ = try await enroller.settle(&configuration)
            let damages: [() throws -> Void] = [
                { try FileManager.default.removeItem(atPath: site.knownHostsFile) },
                { try WholeFile.write("evil\n", to: site.knownHostsFile, mode: 0o600) },
                { try AuthorizedKeys(path: site.authorizedKeys).distrust() },
                { try FileManager.default.removeItem(atPath: site.configurationFile) },
            ]
            for damage in damages {
                try damage()
                let mended = try await enroller.settle(&configuration)
                let complete = try await enroller.settle(&configuration)
                #expect(!mended && complete)
            }
        }
    }

    @Test func `settling takes the port that sshd has now`() async throws {
        try await Self.withSite { site in
            var configuration = try AgentFixture.configuration(site)
            configuration.sshdPort = 22
            _ = try await AgentFixture.enroller(site).settle(&configuration)
            let saved = try AgentConfiguration.read(site)
            #expect(saved?.sshdPort == 2022)
        }
    }

    @Test func `a device of another server is not taken over`() async throws {
        try await Self.withSite { site in
            try AgentFixture.configuration(site).write(site)
            let wishes = Enroller.Wishes(
                server: try ServerURL("https://other.example"), name: nil, keyType: .ed25519, escrowsRootPassword: true)
            let error = await #expect(throws: WatchmanError.self) {
                try await AgentFixture.enroller(site).enrol(wishes) {
                    Issue.record("the token is not to be asked for")
                    return Credential(new: .join, pin: "")
                }
            }
            #expect(
                error
                    == WatchmanError(
                        .conflict, "this device is registered with https://tower.example:8443",
                        hint: "watchman agent uninstall"))
        }
    }

    @Test func `without a token nothing is written`() async throws {
        try await Self.withSite { site in
            let wishes = Enroller.Wishes(
                server: try ServerURL("https://tower.example"), name: nil, keyType: .ed25519, escrowsRootPassword: true)
            let error = await #expect(throws: WatchmanError.self) {
                try await AgentFixture.enroller(site).enrol(wishes) { try Credential("", kind: .join) }
            }
            #expect(error?.code == .invalid)
            let files = try FileManager.default.contentsOfDirectory(atPath: site.folder)
            #expect(files.isEmpty)
        }
    }

    @Test func `a device that is not registered cannot be repaired`() async throws {
        try await Self.withSite { site in
            let error = await #expect(throws: WatchmanError.self) { try await AgentFixture.enroller(site).repair() }
            #expect(error?.code == .configuration)
        }
    }
}
