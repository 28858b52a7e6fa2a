import Foundation
import Testing
import WatchmanCore

/// An sshd that was installed anew.
@Suite(.logs) struct HostKeyTests {
    @Test func `nobody is let in until the new keys are accepted`() async throws {
        try await ServerFixture.with { server in
            let device = try await DeviceFixture.enrol(server, "edge-1")
            let agent = try device.startAgent()
            try await device.waitUntilOnline()
            let sshd = try await device.sshd.replacedWithOtherKey(isImpostor: false)
            _ = try await device.restart(agent)
            try await Wait.until("the new keys to be told") { try await device.summary?.state == .hostKeyChanged }

            let refused = try await server.watchman("connect", "edge-1", "--", "echo in")
            #expect(refused.status == 69 && refused.text == "")
            #expect(
                refused.errorLines == [
                    "watchman: error: edge-1 is closed: its sshd has host keys that are not pinned",
                    "watchman: hint: watchman devices accept-host-keys edge-1",
                ])
            let asked = try await server.watchman("devices", "accept-host-keys", "edge-1")
            #expect(asked.status != 0, "nobody was there to answer")
            let accepted = try await server.watchman("devices", "accept-host-keys", "edge-1", "--yes")
            #expect(accepted.status == 0 && accepted.text == "edge-1 has 1 new host key\n")
            for key in [device.sshd.hostKey, sshd.hostKey] {
                #expect(accepted.errorText.contains(key.publicKey.fingerprint))
            }
            try await device.waitUntilOnline()
            #expect(try await server.watchman("connect", "edge-1", "--", "echo in").text == "in\n")
        }
    }
}
