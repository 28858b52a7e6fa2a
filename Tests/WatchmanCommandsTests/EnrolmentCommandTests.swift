import ArgumentParser
import Foundation
import Testing
import WatchmanCore

@testable import WatchmanCommands

@Suite struct EnrolmentCommandTests {
    private static func new(_ approval: Approval, uses: Int = 1) -> NewJoinToken {
        NewJoinToken(
            token: Secret("wmj1.secret"),
            summary: JoinTokenSummary(
                id: "abcd2345", state: .active, maxUses: uses, uses: 0, tags: [], approval: approval,
                createdAt: CommandSamples.now, expiresAt: CommandSamples.now + 3600),
            server: "https://tower.example:8443", keyPin: "pin=")
    }

    @Test func `the line for a bare device has the token only for someone who sees it anyway`() {
        let seen = Watchman.TokensCreate.talk(Self.new(.auto), isSeen: true)
        #expect(
            seen == [
                "watchman: ends 2026-09-21 15:13:20 UTC, for 1 device",
                "watchman: on the device: echo wmj1.secret | sudo sh -c \"$(curl -fsSk --pinnedpubkey sha256//pin= https://tower.example:8443/enrol.sh)\"",
            ])
        let piped = Watchman.TokensCreate.talk(Self.new(.manual, uses: 2), isSeen: false)
        #expect(
            piped[0]
                == "watchman: ends 2026-09-21 15:13:20 UTC, for 2 devices, each approved by `watchman devices approve`")
        #expect(piped[1].contains(" echo TOKEN | ") && !piped.joined().contains("wmj1."))
    }

    @Test func `who waits is listed with what to compare, and cannot steer the terminal`() throws {
        var row = try CommandSamples.applicant()
        let table = Watchman.DevicesPending.table([row], now: CommandSamples.now)
        #expect(table[0].hasPrefix("ID          ASKED      NAME  HOST NAME  ADDRESS    KEY"))
        #expect(
            table[1] == """
                k3v9q2m4xa  1 min ago  -     edge       192.0.2.7  SHA256:jRF3ks+XcEadFl5DXvC4fGc+CT2pQXhGCmk7ztXiG7w  \
                0123456789abcdef  -       abcd2345  edge-1 (machine-id)
                """)
        row.facts.hostname = "\u{1b}[2J\r\n\u{9b}1m\u{202e}"
        row.facts.machineID = "\u{7}x"
        let hostile = Watchman.DevicesPending.table([row], now: CommandSamples.now).joined()
        #expect(!hostile.unicodeScalars.contains { $0.value < 0x20 || (0x7f..<0xa0).contains($0.value) })
        #expect(!hostile.contains("\u{202e}"))
        #expect(Watchman.DevicesPending.table([], now: CommandSamples.now).count == 1)
    }

    @Test(arguments: [
        ["devices", "approve", "a", "b", "--name", "x"], ["devices", "approve", "a", "b", "--replace", "x"],
        ["devices", "approve"], ["devices", "reject"], ["devices", "replace", "a"],
        ["admin", "tokens", "create", "--approve", "perhaps"],
    ])
    func `wrong usage ends with 64`(arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try Watchman.parseAsRoot(arguments) }
        #expect(error.map { Watchman.exitCode(for: $0).rawValue } == 64)
    }

    @Test func `what cannot be an id goes no further`() throws {
        #expect(try ApplicantReference.path("k3v9", "approve") == "/api/v1/applicants/k3v9/approve")
        for text in ["", "../x", "a/b", "-x", "A", "a?b", "a%2f"] {
            let error = #expect(throws: WatchmanError.self) { try ApplicantReference.path(text, "approve") }
            #expect(error?.code == .notFound)
        }
    }
}
