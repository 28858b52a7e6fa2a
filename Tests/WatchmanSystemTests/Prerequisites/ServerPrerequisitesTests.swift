import Testing
import WatchmanCore

@testable import WatchmanSystem

@Suite struct ServerPrerequisitesTests {
    @Test func `a sound server is ready`() async {
        let report = await FakeMachine().prerequisites(.server).check()
        #expect(report.isReady)
        #expect(report.checks.map(\.name) == [.root, .opensshClient, .opensshServer, .accounts, .clock])
    }

    @Test func `the gateway needs permitlisten, which 7_4 lacks`() async {
        var machine = FakeMachine()
        machine.answers[.sshdVersion] = CommandResult(
            status: 1, errors: "unknown option -- V\nOpenSSH_7.4p1, OpenSSL\n")
        let check = await machine.check(.opensshServer, .server)
        #expect(check?.verdict == .failed)
        #expect(check?.detail == "too old: OpenSSH 7.8 or newer is needed")
    }

    @Test func `accounts that are missing are named`() async {
        var machine = FakeMachine()
        machine.accounts = ["wm-jump"]
        let check = await machine.check(.accounts, .server)
        #expect(check?.verdict == .failed)
        #expect(check?.detail == "no account wm-edge, wm-keys")
        #expect(check?.cure == "./install.sh --server")
    }
}
