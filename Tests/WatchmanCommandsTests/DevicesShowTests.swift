import Foundation
import Testing
import WatchmanCore

@testable import WatchmanCommands

@Suite struct DevicesShowTests {
    @Test func `a device is shown as these lines`() throws {
        #expect(
            Watchman.DevicesShow.lines(try CommandSamples.detail(), now: CommandSamples.now) == [
                "id:            abcdefgh23", "name:          edge-1", "state:         online",
                "gateway:       main, port 20000", "last seen:     5 s ago", "tags:          arm, site=berlin",
                "enrolled:      2026-09-20 14:13:20 UTC", "way:           -", "profile:       -",
                "clock:         off by 2 h",
                "key:           SHA256:jRF3ks+XcEadFl5DXvC4fGc+CT2pQXhGCmk7ztXiG7w",
                "root password: held by the server, version 3 set 2 d ago, the next in 27 d", "logins:        root",
                "host key:      SHA256:jRF3ks+XcEadFl5DXvC4fGc+CT2pQXhGCmk7ztXiG7w (ssh-ed25519)",
                "host name:     edge", "machine id:    0123456789abcdef", "serial:        -",
                "system:        Test OS 1, aarch64, Linux 6.1.0-test", "ssh:           OpenSSH_9.2p1",
                "sshd:          OpenSSH_9.2p1", "agent:         0.1.0", "uptime:        1 d", "load:          0.25",
                "memory:        3.0 GiB of 4.0 GiB available", "disk:          20.0 GiB of 32.0 GiB free",
                "temperature:   48.5 °C", "idle traffic:  -", "addresses:     192.0.2.10",
                "event:         2026-09-21 14:12:20 UTC tunnel up",
            ])
    }

    @Test func `what is not known is a hyphen, and a device that never reported has no vitals`() throws {
        var detail = try CommandSamples.detail()
        detail.summary = CommandSamples.device("abcdefgh23", "edge-1", .offline, lastSeen: nil)
        detail.facts.machineID = nil
        detail.facts.ssh = nil
        detail.vitals?.idleTraffic = 850_000
        #expect(Watchman.DevicesShow.lines(detail).contains("idle traffic:  830.1 KiB a day"))
        detail.vitals = nil
        detail.clockSkew = 1.5
        detail.escrowsRootPassword = false
        detail.events = []
        let lines = Watchman.DevicesShow.lines(detail, now: CommandSamples.now)
        for line in [
            "state:         offline: never checked in", "last seen:     -", "tags:          -", "machine id:    -",
            "serial:        -",
            "ssh:           -", "clock:         right", "root password: not held by the server",
        ] { #expect(lines.contains(line)) }
        #expect(!lines.contains { $0.hasPrefix("uptime:") || $0.hasPrefix("event:") })
    }

    @Test func `what a person must compare is there while they must decide`() throws {
        var detail = try CommandSamples.detail()
        detail.logins = ["root", "pi"]
        detail.reportedHostKeys = [try CommandSamples.key()]
        detail.instances = [
            DeviceInstance(
                bootID: "3f2a", machineID: nil, hostname: "edge", source: "192.0.2.1",
                firstSeen: CommandSamples.now - 60, lastSeen: CommandSamples.now - 5, isChosen: true)
        ]
        let key = "SHA256:jRF3ks+XcEadFl5DXvC4fGc+CT2pQXhGCmk7ztXiG7w (ssh-ed25519)"
        var lines = Watchman.DevicesShow.lines(detail, now: CommandSamples.now)
        #expect(lines.contains("logins:        root, pi") && lines.contains("host key now:  \(key)"))
        #expect(!lines.contains { $0.hasPrefix("instance:") }, "one machine need not be told apart")
        detail.summary.state = .duplicate
        lines = Watchman.DevicesShow.lines(detail, now: CommandSamples.now)
        #expect(
            lines.contains(
                "instance:      3f2a, edge at 192.0.2.1, machine -, seen 2026-09-21 14:12:20 UTC to 5 s ago, chosen"))
    }

    @Test func `a hostile device cannot steer the terminal`() throws {
        var detail = try CommandSamples.detail()
        detail.facts.hostname = "\u{1b}]52;c;x\u{7}\r\n\u{9b}2J"
        detail.facts.system = "\u{202e}x"
        detail.vitals?.addresses = ["\u{1b}[2J"]
        detail.summary.reason = "\u{2028}y"
        let text = Watchman.DevicesShow.lines(detail, now: CommandSamples.now).joined()
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) })
        #expect(!text.unicodeScalars.contains { [0x202e, 0x2028].contains($0.value) })
    }
}
