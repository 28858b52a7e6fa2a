import Foundation
import Testing
import WatchmanCore

@testable import WatchmanSystem

@Suite struct EdgePrerequisitesTests {
    @Test func `a sound device is ready, and every check says so`() async {
        let report = await FakeMachine().prerequisites().check()
        #expect(report.isReady)
        #expect(report.checks.filter { $0.verdict != .ok } == [])
        #expect(report.checks.allSatisfy { $0.cure == nil })
    }

    @Test(arguments: [
        "OpenSSH_7.4p1, OpenSSL 1.0.2k-fips  26 Jan 2017",
        "OpenSSH_7.9p1 Debian-10+deb10u2, OpenSSL 1.1.1n  15 Mar 2022",
        "OpenSSH_8.4p1 Debian-5+deb11u3, OpenSSL 1.1.1w  11 Sep 2023",
        "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.19 27 Jan 2026",
        "OpenSSH_10.0p2 Debian-7, OpenSSL 3.5.1 1 Jul 2025",
    ])
    func `OpenSSH is accepted from 7_4 on`(line: String) async {
        var machine = FakeMachine()
        machine.answers[.sshVersion] = CommandResult(status: 0, errors: line + "\n")
        machine.answers[.sshdVersion] = CommandResult(
            status: 1, errors: "sshd: illegal option -- V\n\(line)\nusage: sshd\n")
        let report = await machine.prerequisites().check()
        #expect(report.isReady)
        #expect(report.checks.first { $0.name == .opensshServer }?.found == OpenSSHVersion.shortText(of: line))
    }

    @Test func `an older OpenSSH is too old`() async {
        var machine = FakeMachine()
        machine.answers[.sshVersion] = CommandResult(status: 0, errors: "OpenSSH_7.3p1, OpenSSL 1.0.2\n")
        let check = await machine.check(.opensshClient)
        #expect(check?.verdict == .failed)
        #expect(check?.found == "7.3p1")
        #expect(check?.detail == "too old: OpenSSH 7.4 or newer is needed")
    }

    @Test func `Dropbear's ssh is refused in words`() async {
        var machine = FakeMachine()
        machine.packages = PackageManager(.opkg)
        machine.answers[.sshVersion] = CommandResult(status: 0, errors: "Dropbear v2022.83\n")
        let check = await machine.check(.opensshClient)
        #expect(check?.verdict == .failed)
        #expect(check?.found == "Dropbear v2022.83")
        #expect(check?.detail == "ssh is not OpenSSH's, which watchman needs")
        #expect(check?.cure == "opkg update && opkg install openssh-client")
    }

    @Test(arguments: [
        ("ssh", Prerequisite.Name.opensshClient, "apt-get update && apt-get install -y openssh-client"),
        ("ssh-keygen", .sshKeygen, "apt-get update && apt-get install -y openssh-client"),
        ("sshd", .opensshServer, "apt-get update && apt-get install -y openssh-server"),
        ("autossh", .autossh, "apt-get update && apt-get install -y autossh"),
        ("chpasswd", .chpasswd, "apt-get update && apt-get install -y passwd"),
    ])
    func `a missing program is named with the command that brings it`(
        program: String, name: Prerequisite.Name, cure: String
    ) async {
        var machine = FakeMachine()
        machine.programs.remove(program)
        let check = await machine.check(name)
        #expect(check?.verdict == .failed)
        #expect(check?.detail == "\(program) is not installed")
        #expect(check?.cure == cure)
    }

    @Test func `without a known package manager there is no cure to name`() async {
        var machine = FakeMachine()
        machine.packages = nil
        machine.programs.remove("autossh")
        let check = await machine.check(.autossh)
        #expect(check?.verdict == .failed)
        #expect(check?.cure == nil)
    }

    @Test func `on RHEL's kin autossh comes from EPEL`() async {
        var machine = FakeMachine()
        machine.packages = PackageManager(.dnf, needsEPEL: true)
        machine.programs.remove("autossh")
        let check = await machine.check(.autossh)
        #expect(check?.detail == "autossh is not installed; it is in the EPEL repository")
        #expect(check?.cure == "dnf install -y epel-release && dnf install -y autossh")
    }

    @Test func `a read-only etc stops chpasswd`() async {
        var machine = FakeMachine()
        machine.isReadOnly = true
        let check = await machine.check(.chpasswd)
        #expect(check?.verdict == .failed)
        #expect(check?.cure == "mount -o remount,rw /")
    }

    @Test func `without systemd the agent cannot be a service`() async {
        var machine = FakeMachine()
        machine.paths = []
        #expect(await machine.check(.systemd)?.verdict == .failed)
        machine.paths = ["/run/systemd/system"]
        machine.programs.remove("systemctl")
        #expect(await machine.check(.systemd)?.verdict == .failed)
    }

    @Test func `anyone but root is warned`() async {
        var machine = FakeMachine()
        machine.isRoot = false
        machine.isReadOnly = true
        machine.answers[.sshdSettings] = CommandResult(status: 255, errors: "sshd: no hostkeys available -- exiting.\n")
        let report = await machine.prerequisites().check()
        #expect(report.isReady)
        #expect(report.checks.filter { $0.verdict == .warning }.map(\.name) == [.root, .rootLogin])
        #expect(report.checks.first?.cure == "sudo watchman prereqs --role edge")
    }

    @Test(arguments: ["id_ed25519", "id_rsa"])
    func `a key pair that is there is named`(file: String) async {
        var machine = FakeMachine()
        #expect(await machine.check(.keyPair)?.found == nil)
        machine.paths.insert("/root/Secure-Tunnel/\(file)")
        #expect(await machine.check(.keyPair)?.found == "/root/Secure-Tunnel/\(file)")
        #expect(await machine.check(.keyPair)?.verdict == .ok)
    }

    @Test func `what programs print reaches the report without control characters`() async {
        var machine = FakeMachine()
        machine.answers[.sshVersion] = CommandResult(status: 0, errors: "\u{1b}]0;owned\u{7}Evil\u{9b}2J ssh\n")
        machine.answers[.autosshVersion] = CommandResult(status: 0, output: "autossh 1.4g\u{1b}[31m\n")
        #expect(await machine.check(.opensshClient)?.found == "]0;ownedEvil2J ssh")
        #expect(await machine.check(.autossh)?.found == "1.4g[31m")
    }
}
