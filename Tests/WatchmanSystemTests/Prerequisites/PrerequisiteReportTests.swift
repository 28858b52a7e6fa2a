import Foundation
import Testing
import WatchmanCore

@testable import WatchmanSystem

@Suite struct PrerequisiteReportTests {
    @Test func `the JSON form is a promise`() async throws {
        var machine = FakeMachine()
        machine.isRoot = false
        machine.accounts = ["wm-edge", "wm-jump"]
        let report = await machine.prerequisites(.server).check()
        let golden = """
            {
              "checks" : [
                {
                  "cure" : "sudo watchman prereqs --role server",
                  "detail" : "not root, as `watchman serve` must be",
                  "name" : "root",
                  "verdict" : "warning"
                },
                {
                  "detail" : "OpenSSH 7.4 or newer",
                  "found" : "9.2p1 Debian-2+deb12u10",
                  "name" : "openssh-client",
                  "verdict" : "ok"
                },
                {
                  "detail" : "OpenSSH 7.8 or newer",
                  "found" : "9.2",
                  "name" : "openssh-server",
                  "verdict" : "ok"
                },
                {
                  "cure" : "./install.sh --server",
                  "detail" : "no account wm-keys",
                  "name" : "accounts",
                  "verdict" : "failed"
                },
                {
                  "detail" : "plausible",
                  "found" : "2026-09-21T14:13:20Z",
                  "name" : "clock",
                  "verdict" : "ok"
                }
              ],
              "isReady" : false,
              "role" : "server"
            }
            """
        #expect(String(decoding: try WireJSON.encode(report, pretty: true), as: UTF8.self) == golden)
    }

    @Test func `a device's checks always come in the same order`() async {
        let report = await FakeMachine().prerequisites().check()
        #expect(
            report.checks.map(\.name.rawValue) == [
                "root", "openssh-client", "ssh-keygen", "openssh-server", "sshd-running", "root-login", "autossh",
                "chpasswd", "systemd", "key-pair", "clock", "dns", "server",
            ])
    }

    @Test func `a report can be read back`() async throws {
        let report = await FakeMachine().prerequisites().check()
        let copy = try WireJSON.decode(PrerequisiteReport.self, from: WireJSON.encode(report))
        #expect(copy == report)
    }

    @Test func `only a failure makes a machine not ready`() {
        let warned = PrerequisiteReport(role: .edge, checks: [Prerequisite(.clock, .warning, "late")])
        #expect(warned.isReady)
        let failed = PrerequisiteReport(role: .edge, checks: [Prerequisite(.autossh, .failed, "gone")])
        #expect(!failed.isReady)
    }
}
