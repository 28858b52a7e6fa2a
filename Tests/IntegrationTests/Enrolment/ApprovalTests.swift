import Foundation
import Glibc
import Testing
import WatchmanAgent
import WatchmanClient
import WatchmanCore
import WatchmanSystem

/// Devices that wait for a person, by the real commands on both sides.
@Suite(.logs)
struct ApprovalTests {
    /// Starts `register` in a sandbox and waits until it says that it waits; gives the applicant's id.
    private static func waiting(_ program: Program) async throws -> String {
        try await Wait.until("register to wait") {
            guard program.ended == nil else { throw WatchmanError(.internal, program.soFar.errorText) }
            return program.soFar.errorText.contains("watchman devices approve ")
        }
        let match = program.soFar.errorText.firstMatch(of: /waiting for approval: key SHA256:\S+ \(id ([a-z2-7]{10})\)/)
        return String(try #require(match).output.1)
    }

    @Test func `register waits, survives its own kill and the server's restart, and goes on once it is approved`()
        async throws
    {
        try await ServerFixture.with { server in
            let token = try await server.token(approval: .manual)
            let sandbox = try RegisterSandbox(server.scratch)
            let first = try sandbox.start(server.url, token: token.text.revealed)
            let id = try await Self.waiting(first)
            let table = try await server.watchman("devices", "pending")
            #expect(table.lines.count == 2 && table.lines[1].hasPrefix(id))
            #expect(table.lines[1].contains("127.0.0.1") && table.lines[1].contains("SHA256:"))
            #expect(try await server.devices().isEmpty)
            // Of the sandbox's own processes only this is our child: it has become `register`.
            first.signal(SIGKILL)
            _ = try await first.wait(within: .seconds(60))
            let second = try sandbox.start(server.url, token: token.text.revealed)
            #expect(try await Self.waiting(second) == id)
            _ = try await server.stop()
            try await server.start()
            let approved = try await server.watchman("devices", "approve", id, "--name", "edge-7")
            #expect(approved.status == 0)
            #expect(approved.text.hasPrefix("approved edge-7 (\(id)), port "))
            try await Wait.until("register to go on", within: .seconds(40)) {
                second.soFar.errorText.contains("registered as edge-7 (\(id))")
            }
            #expect(second.soFar.errorLines.count { $0.contains("waiting for approval") } == 1)
            await second.end()
            let again = try await server.watchman("devices", "approve", id)
            #expect(again.status == 0 && again.text.hasPrefix("approved edge-7 (\(id))"))
            #expect(try await server.watchman("devices", "pending").lines.count == 1)
        }
    }

    @Test func `register tells a rejection, and does not wait when it is told not to`() async throws {
        try await ServerFixture.with { server in
            let token = try await server.token(approval: .manual)
            let sandbox = try RegisterSandbox(server.scratch)
            let result = try await sandbox.register(server.url, token: token.text.revealed, "--no-wait")
            #expect(result.status == 69 && result.text == "")
            let hint = try #require(result.errorLines.last)
            #expect(hint.hasPrefix("watchman: hint: watchman devices approve "))
            let id = String(hint.suffix(10))
            let rejected = try await server.watchman("devices", "reject", id)
            #expect(rejected.lines == ["rejected \(id)"])
            let late = try await server.watchman("devices", "approve", id)
            #expect(late.status == 1 && late.errorText.contains("was rejected"))
            let refused = try await sandbox.register(server.url, token: token.text.revealed)
            #expect(refused.status == 77)
            #expect(
                refused.errorLines.last == "watchman: error: this device was rejected: ask whoever manages the server")
        }
    }

    @Test func `a token for other addresses is refused, and the refusal stands in the audit table`() async throws {
        try await ServerFixture.with { server in
            let made = try await server.watchman(
                "admin", "tokens", "create", "--from", "203.0.113.0/24", "--from", "::/0")
            let token = try Credential(made.text, kind: .join)
            let result = try await RegisterSandbox(server.scratch).register(server.url, token: token.text.revealed)
            #expect(result.status == 77)
            #expect(result.errorText.contains("watchman: error: the join token is not for this address"))
            let list = try await server.watchman("admin", "tokens", "list")
            #expect(list.text.contains("203.0.113.0/24,::/0"))
            let bad = try await server.watchman("admin", "tokens", "create", "--from", "203.0.113.1/24")
            #expect(bad.status == 64 && bad.errorText.contains("the range is 203.0.113.0/24"))
            let audit: AuditList = try await server.api { try await $0.get("/api/v1/audit?action=token.refuse") }
            #expect(audit.entries.map(\.subject) == [token.id])
        }
    }

    @Test func `a machine that was set up anew takes its old place`() async throws {
        try await ServerFixture.with { server in
            let old = try await server.register(try await server.token(tags: ["site=berlin"]), hostname: "edge-1")
            let key = SSHPrivateKey.generate()
            let new = try await server.register(try await server.token(), hostname: "fresh", key: key)
            let result = try await server.watchman("devices", "replace", "edge-1", "fresh")
            #expect(result.status == 0, "\(result.errorText)")
            #expect(
                result.text.hasPrefix("edge-1 (\(old.deviceID)) is now the machine that was fresh, port \(old.port)"))
            let devices = try await server.devices()
            #expect(devices.map(\.id) == [old.deviceID] && devices.first?.tags == ["site=berlin"])
            let (address, _) = try await ServerTrust.establish(
                try ServerURL(server.url), pin: try await server.token().pin)
            let answer: CheckInResponse = try await APIClient.with(address) { client in
                let caller = DeviceCaller(client: client, device: new.deviceID, key: key)
                let vitals = HostFacts(processes: SystemProcessRunner()).vitals()
                return try await caller.post(
                    "/api/v1/agent/check-in",
                    CheckInRequest(facts: Fake.facts("fresh"), vitals: vitals, tunnelProblem: nil))
            }
            #expect(answer.enrolment.deviceID == old.deviceID && answer.enrolment.port == old.port)
            let alive = try await server.watchman("devices", "replace", "edge-1", "fresh")
            #expect(alive.status == 1 && alive.errorText.contains("no device 'fresh'"))
        }
    }
}
