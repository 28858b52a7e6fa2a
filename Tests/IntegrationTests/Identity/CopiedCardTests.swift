import Foundation
import TestSupport
import Testing
import WatchmanAgent
import WatchmanClient
import WatchmanCore
import WatchmanSystem

/// Two machines with one key: a device with its agent, and a copy of its card.
@Suite(.logs) struct CopiedCardTests {
    private static let copy = "c0ffee00-0000-4000-8000-000000000000"

    private static func checkIn(_ device: DeviceFixture, _ key: SSHPrivateKey) async throws -> CheckInResponse {
        try await device.call(
            with: key,
            CheckInRequest(
                facts: Sample.facts(hostname: "copy"), vitals: Sample.vitals(clock: Date()), tunnelProblem: nil,
                bootID: self.copy))
    }

    /// Has the server know a device by another key.
    private static func know(_ key: SSHPrivateKey, _ device: DeviceFixture) async throws {
        _ = try await device.server.stop()
        try device.server.edit(
            "UPDATE device SET publicKey = '\(key.publicKey.line)' WHERE id = '\(device.id)'")
        try await device.server.start()
    }

    @Test func `both are shown, the chosen one gets a new key, and the other is out`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.enrol(server, "edge-1")
            var agent = try device.startAgent()
            try await device.waitUntilOnline()
            let old = try device.key()
            let copied = try server.writeKey(old)
            _ = try await Self.checkIn(device, old)
            agent = try await device.restart(agent)
            try await Wait.until("both to be seen") { try await device.summary?.state == .duplicate }

            let shown = try await server.watchman("devices", "show", "edge-1")
            let bootID = try DeviceFixture.bootID
            for mark in [bootID, Self.copy, "copy at 127.0.0.1"] { #expect(shown.text.contains(mark)) }
            try await Wait.until("the tunnel") { SocketTable.read().ports.contains(device.port) }
            let entered = try await server.watchman("connect", "edge-1", "--", "echo in")
            #expect(entered.text == "in\n", "nobody is locked out")
            #expect(entered.errorText.contains("watchman: warning: edge-1 is a duplicate"))
            let broken = try await server.watchman("connect", "edge-1", "--password", "--reason", "test")
            #expect(broken.status == 1 && broken.text == "")
            #expect(broken.errorText.contains("watchman: error: root's password is sent to no duplicate: "))
            let chosen = try await server.watchman("devices", "choose", "edge-1", String(bootID.prefix(8)))
            #expect(chosen.status == 0, "\(chosen.errorText)")

            _ = try await device.restart(agent)
            try await Wait.until("the new key") {
                try await device.detail.keyFingerprint != old.publicKey.fingerprint
            }
            try await device.waitUntilOnline()
            #expect(try await device.detail.keyFingerprint == device.key().publicKey.fingerprint)
            #expect(try await server.watchman("connect", "edge-1", "--", "echo in").text == "in\n")
            let error = await #expect(throws: WatchmanError.self) { try await Self.checkIn(device, old) }
            #expect(error?.code == .unauthenticated)
            var thief = SSHClient.edge(device)
            thief.key = copied
            #expect(try await thief.run(["-N"]).isTurnedAway)
            let rows = try await server.watchman("devices", "--state", "duplicate", "--quiet")
            #expect(rows.text == "")
        }
    }

    @Test func `the agent is killed while it goes over to its new key, and finds it again`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.enrol(server, "edge-1")
            let agent = try device.startAgent()
            try await device.waitUntilOnline()
            await agent.end()
            let (old, new) = (try device.key(), SSHPrivateKey.generate())
            // What is on the disk when the answer of the server was lost.
            try WholeFile.write(new.text, to: "\(device.keyFile).next", mode: 0o600)
            try await Self.know(new, device)
            _ = try device.startAgent()
            try await device.waitUntilOnline()
            #expect(try device.key().publicKey == new.publicKey && new.publicKey != old.publicKey)
            #expect(!FileManager.default.fileExists(atPath: "\(device.keyFile).next"))
        }
    }

    @Test func `the copy registers as a device of its own, with a key that nobody else has`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.enrol(server, "edge-1")
            let old = try device.key()
            try await Self.know(.generate(), device)
            let token = try await server.token()
            let wishes = Enroller.Wishes(
                server: try ServerURL(server.url), name: "edge-2", keyType: .ed25519, escrowsRootPassword: false)
            let outcome = try await Enroller(site: device.site, processes: SystemProcessRunner()) { _ in }
                .enrol(wishes) { token }
            #expect(outcome.configuration.enrolment.deviceID != device.id)
            #expect(outcome.configuration.enrolment.name == "edge-2")
            #expect(try device.key().publicKey != old.publicKey)
        }
    }
}
