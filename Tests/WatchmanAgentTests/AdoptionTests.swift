import Foundation
import Glibc
import Logging
import TestSupport
import Testing
import WatchmanCore
import WatchmanSystem

@testable import WatchmanAgent

/// The agent takes over another enrolment while it runs.
@Suite struct AdoptionTests {
    private static func with(
        _ body: (CheckInService, Membership, EdgeSite) async throws -> Void
    ) async throws {
        try await TemporaryFolder.with { folder in
            let site = AgentFixture.site(folder)
            for folder in [site.folder, site.runtimeFolder] { try WholeFile.makeFolder(folder, mode: 0o700) }
            let configuration = try AgentFixture.configuration(site)
            try configuration.write(site)
            _ = try await Doors(site: site).settle(configuration.enrolment)
            let membership = Membership(configuration)
            let service = CheckInService(
                membership: membership, site: site, processes: RecordingProcessRunner(),
                board: StatusBoard(configuration, site), pulse: Pulse(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            try await body(service, membership, site)
        }
    }

    /// Whether the follower of the tunnel is told to make it anew.
    private static func ends(_ stream: AsyncStream<Void>) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await _ in stream {}
                return !Task.isCancelled
            }
            group.addTask {
                try? await Task.sleep(for: .milliseconds(200))
                return false
            }
            let first = await group.next() ?? false
            group.cancelAll()
            return first
        }
    }

    @Test func `another device's enrolment is written, trusted and followed by the tunnel`() async throws {
        try await Self.with { service, membership, site in
            let (_, end) = membership.follow()
            var enrolment = AgentFixture.enrolment()
            enrolment.deviceID = "zzzzzzzz22"
            enrolment.port = 20002
            let isOther = try await service.adopt(enrolment)
            #expect(isOther)
            #expect(membership.configuration.enrolment == enrolment)
            #expect(try AgentConfiguration.read(site)?.enrolment == enrolment)
            let hosts = KnownHosts.gatewayLine(enrolment.hostAuthority)
            #expect(try WholeFile.read(site.knownHostsFile) == Data(hosts.utf8))
            let keys = AuthorizedKeys(path: site.authorizedKeys)
            #expect(try keys.trusts(enrolment.userAuthority, deviceID: "zzzzzzzz22"))
            #expect(service.board.current.deviceID == "zzzzzzzz22" && service.board.current.port == 20002)
            #expect(await Self.ends(end))
            #expect(membership.follow().configuration.enrolment.port == 20002)
        }
    }

    @Test func `another name disturbs nothing`() async throws {
        try await Self.with { service, membership, site in
            let (_, end) = membership.follow()
            var enrolment = membership.configuration.enrolment
            enrolment.name = "edge-2"
            try AuthorizedKeys(path: site.authorizedKeys).distrust()
            let isOther = try await service.adopt(enrolment)
            #expect(!isOther)
            #expect(try AgentConfiguration.read(site)?.enrolment.name == "edge-2")
            #expect(await Self.ends(end) == false)
            let keys = AuthorizedKeys(path: site.authorizedKeys)
            #expect(try !keys.trusts(enrolment.userAuthority, deviceID: enrolment.deviceID), "taken out by a person")
        }
    }

    @Test func `the same enrolment changes nothing`() async throws {
        try await Self.with { service, membership, site in
            try FileManager.default.removeItem(atPath: site.configurationFile)
            let isOther = try await service.adopt(membership.configuration.enrolment)
            #expect(!isOther)
            #expect(!FileManager.default.fileExists(atPath: site.configurationFile))
        }
    }

    /// A file that cannot be written stands for the moment at which the agent is killed.
    @Test(arguments: ["known_hosts", "authorized_keys", "agent.json"])
    func `killed at any step, the next start does it again`(step: String) async throws {
        try await Self.with { service, membership, site in
            let path =
                ["known_hosts": site.knownHostsFile, "authorized_keys": site.authorizedKeys][step]
                ?? site.configurationFile
            let before = try AgentConfiguration.read(site)
            var enrolment = AgentFixture.enrolment()
            enrolment.deviceID = "zzzzzzzz22"
            // A folder in the place of the temporary file.
            let obstacle = "\(path).\(getpid()).new"
            try FileManager.default.createDirectory(atPath: obstacle, withIntermediateDirectories: false)
            await #expect(throws: WatchmanError.self) { try await service.adopt(enrolment) }
            #expect(try AgentConfiguration.read(site) == before)
            #expect(membership.configuration == before, "it goes on as what it was")
            try FileManager.default.removeItem(atPath: obstacle)
            let isOther = try await service.adopt(enrolment)
            #expect(isOther)
            let none = try await Doors(site: site).settle(enrolment)
            #expect(none.isEmpty)
        }
    }
}
