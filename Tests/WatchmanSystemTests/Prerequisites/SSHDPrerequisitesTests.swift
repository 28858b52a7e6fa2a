import Testing
import WatchmanCore

@testable import WatchmanSystem

@Suite struct SSHDPrerequisitesTests {
    private static func settings(_ lines: String) -> CommandResult { CommandResult(status: 0, output: lines) }

    @Test func `an sshd that is down is named with its state and the command that starts it`() async {
        var machine = FakeMachine()
        machine.banners = [:]
        machine.answers[.systemctl("is-active", "ssh")] = CommandResult(status: 3, output: "inactive\n")
        let check = await machine.check(.sshdRunning)
        #expect(check?.verdict == .failed)
        #expect(check?.found == "inactive")
        #expect(check?.detail == "nothing answers on 127.0.0.1:22")
        #expect(check?.cure == "systemctl enable --now ssh")
    }

    @Test func `outside Debian's family the unit is sshd`() async {
        var machine = FakeMachine()
        machine.packages = PackageManager(.dnf)
        machine.banners = [:]
        machine.answers[.systemctl("is-active", "sshd")] = CommandResult(status: 3, output: "failed\n")
        let check = await machine.check(.sshdRunning)
        #expect(check?.found == "failed")
        #expect(check?.cure == "systemctl enable --now sshd")
    }

    @Test func `without systemd the init script is named`() async {
        var machine = FakeMachine()
        machine.packages = PackageManager(.apk)
        machine.paths = []
        machine.banners = [:]
        #expect(await machine.check(.sshdRunning)?.cure == "/etc/init.d/sshd start")
    }

    @Test func `the port is the one from the settings`() async {
        var machine = FakeMachine()
        machine.answers[.sshdSettings] = Self.settings("port 2022\nlistenaddress 0.0.0.0:2022\n")
        machine.banners = [2022: "SSH-2.0-OpenSSH_7.4"]
        let check = await machine.check(.sshdRunning)
        #expect(check?.verdict == .ok)
        #expect(check?.found == "SSH-2.0-OpenSSH_7.4")
        #expect(check?.detail == "answers on 127.0.0.1:2022")
    }

    @Test(arguments: ["SSH-2.0-dropbear_2022.83", "220 mail.example ESMTP", "SSH-2.0-OpenSSH", "\u{1b}[2J"])
    func `another server on the port is refused and not started over`(banner: String) async {
        var machine = FakeMachine()
        machine.banners = [22: banner]
        let check = await machine.check(.sshdRunning)
        #expect(check?.verdict == .failed)
        #expect(check?.detail == "what answers on 127.0.0.1:22 is not OpenSSH's sshd")
        #expect(check?.found?.utf8.contains(0x1b) == false)
        #expect(check?.remedy == nil)
    }

    @Test func `an sshd that leaves loopback out is told apart`() async {
        var machine = FakeMachine()
        machine.banners = [:]
        machine.answers[.sshdSettings] = Self.settings("port 22\nlistenaddress 10.0.0.1:22\n")
        let check = await machine.check(.sshdRunning)
        #expect(check?.detail == "ListenAddress leaves 127.0.0.1 out, where tunnels come out")
        #expect(
            check?.cure == "sed -i -e '1i ListenAddress 127.0.0.1' /etc/ssh/sshd_config && systemctl restart ssh")
    }

    @Test func `an sshd that keeps root out is named with all reasons and one edit`() async {
        var machine = FakeMachine()
        machine.answers[.sshdSettings] = Self.settings("permitrootlogin no\nallowusers pi\n")
        let check = await machine.check(.rootLogin)
        #expect(check?.verdict == .failed)
        #expect(check?.detail == "sshd keeps root out: PermitRootLogin is no, AllowUsers leaves root out")
        #expect(
            check?.cure
                == "sed -i -e '1i PermitRootLogin prohibit-password' -e '1i AllowUsers root' /etc/ssh/sshd_config"
                + " && systemctl reload ssh")
    }

    @Test func `a reason that no added line mends has no cure`() async {
        var machine = FakeMachine()
        machine.answers[.sshdSettings] = Self.settings("permitrootlogin no\ndenyusers root\n")
        let check = await machine.check(.rootLogin)
        #expect(check?.verdict == .failed)
        #expect(check?.cure == nil)
    }

    @Test func `settings that sshd does not tell are a warning that quotes it`() async {
        var machine = FakeMachine()
        machine.answers[.sshdSettings] = CommandResult(
            status: 255, errors: "Missing privilege separation directory: /run/sshd\r\n")
        let check = await machine.check(.rootLogin)
        #expect(check?.verdict == .warning)
        #expect(check?.detail.hasSuffix("Missing privilege separation directory: /run/sshd") == true)
    }

    @Test func `without sshd nothing is asked of it`() async {
        var machine = FakeMachine()
        machine.programs.remove("sshd")
        machine.answers[.sshdSettings] = nil
        machine.answers[.sshdVersion] = nil
        let report = await machine.prerequisites().check()
        #expect(report.checks.filter { $0.verdict == .failed }.map(\.name) == [.opensshServer, .sshdRunning])
    }
}
