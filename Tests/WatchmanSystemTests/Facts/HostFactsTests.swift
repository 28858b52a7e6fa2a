import Foundation
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanSystem

@Suite struct HostFactsTests {
    private static let key =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ"

    /// Runs `body` on a machine that has only these files.
    private func withFiles(_ files: [String: String], _ body: (String) async throws -> Void) async throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "watchman-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        for (path, content) in files {
            let file = root.appending(path: path)
            let folder = file.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(content.utf8).write(to: file)
        }
        try await body(root.path)
    }

    private let versions = RecordingProcessRunner([
        .sshVersion: CommandResult(status: 0, errors: "OpenSSH_9.2p1 Debian-2, OpenSSL 3.0.19\n"),
        .sshdVersion: CommandResult(status: 1, errors: "unknown option -- V\nOpenSSH_7.4p1, OpenSSL 1.0.2k\nusage:"),
        .sshdSettings: CommandResult(status: 255, errors: "sshd: no hostkeys available -- exiting.\n"),
    ])

    @Test func `facts come from the files and the programs`() async throws {
        let files = ["etc/machine-id": "0123456789abcdef\n", "usr/lib/os-release": "PRETTY_NAME=\"Test OS 1\"\n"]
        try await self.withFiles(files) { root in
            let facts = await HostFacts(root: root, processes: self.versions).facts()
            #expect(facts.machineID == "0123456789abcdef")
            #expect(facts.system == "Test OS 1")
            #expect(facts.ssh == "OpenSSH_9.2p1 Debian-2, OpenSSL 3.0.19")
            #expect(facts.sshd == "OpenSSH_7.4p1, OpenSSL 1.0.2k")
            #expect(facts.agentVersion == Version.current)
            #expect(!facts.hostname.isEmpty && !facts.architecture.isEmpty && !facts.kernel.isEmpty)
        }
    }

    @Test func `facts of a machine without any file have gaps and no failure`() async throws {
        try await self.withFiles([:]) { root in
            let host = HostFacts(root: root, processes: self.versions)
            let facts = await host.facts()
            #expect(facts.machineID == nil)
            #expect(facts.system == "Linux")
            let vitals = host.vitals()
            #expect(vitals.uptime == 0 && vitals.load == 0 && vitals.memoryTotal == 0 && vitals.temperature == nil)
        }
    }

    @Test func `a client that is not OpenSSH's has no version line`() async throws {
        let runner = RecordingProcessRunner([
            .sshVersion: CommandResult(status: 0, errors: "Dropbear v2022.83\n"),
            .sshdVersion: CommandResult(status: 127),
        ])
        let facts = await HostFacts(processes: runner).facts()
        #expect(facts.ssh == nil)
        #expect(facts.sshd == nil)
    }

    @Test func `vitals come from proc and sys`() async throws {
        let files = [
            "proc/uptime": "1692.60 2157.64\n", "proc/loadavg": "1.38 0.89 0.91 3/102 21283\n",
            "proc/meminfo": "MemTotal:       24684092 kB\nMemFree:        22660960 kB\nMemAvailable:   24033520 kB\n",
            "sys/class/thermal/thermal_zone0/temp": "41000\n", "sys/class/thermal/thermal_zone1/temp": "-274000\n",
            "sys/class/thermal/thermal_zone2/temp": "52500\n", "sys/class/thermal/thermal_zone3/temp": "hot\n",
            "sys/class/thermal/cooling_device0/temp": "99000\n",
        ]
        try await self.withFiles(files) { root in
            let vitals = HostFacts(root: root, processes: self.versions).vitals()
            #expect(vitals.uptime == 1692.6)
            #expect(vitals.load == 1.38)
            #expect(vitals.memoryTotal == 24_684_092 * 1024)
            #expect(vitals.memoryAvailable == 24_033_520 * 1024)
            #expect(vitals.temperature == 52.5)
            #expect(vitals.diskTotal > 0 && vitals.diskFree > 0)
        }
    }

    @Test(arguments: ["", "x", "-1", "nan", "inf", "0x10", "1e5", "1.2.3", "١"])
    func `a first field that is no plain number gives nothing`(content: String) {
        #expect(HostFacts.firstNumber(in: Data(content.utf8)) == nil)
    }

    @Test(arguments: [
        ("MemFree: 5 kB\nMemTotal:\t7 kB", Int64(7 * 1024)), ("MemTotalX: 7 kB", nil), ("MemTotal: kB", nil),
        ("MemTotal: 9223372036854775807 kB", nil), ("MemTotal: -7 kB", nil), ("", nil),
    ])
    func `odd memory lines give nothing`(content: String, size: Int64?) {
        #expect(HostFacts.memory("MemTotal", in: Data(content.utf8)) == size)
    }

    @Test func `host keys are those that sshd names, without the ones that watchman cannot use`() async throws {
        let runner = RecordingProcessRunner([
            .sshdSettings: CommandResult(status: 0, output: "hostkey /keys/a\nhostkey /keys/b\nhostkey /keys/c\n")
        ])
        let files = ["keys/a.pub": "ssh-dss AAAA old\n", "keys/b.pub": "\(Self.key) root@edge\r\n"]
        try await self.withFiles(files) { root in
            let keys = try await HostFacts(root: root, processes: runner).hostKeys()
            #expect(keys.map(\.line) == [Self.key])
        }
    }

    @Test func `without sshd's settings the usual host keys count`() async throws {
        try await self.withFiles(["etc/ssh/ssh_host_ed25519_key.pub": Self.key + "\n"]) { root in
            let keys = try await HostFacts(root: root, processes: self.versions).hostKeys()
            #expect(keys.map(\.line) == [Self.key])
        }
    }

    @Test func `no host key at all is an error with a cure`() async throws {
        try await self.withFiles([:]) { root in
            let error = await #expect(throws: WatchmanError.self) {
                try await HostFacts(root: root, processes: self.versions).hostKeys()
            }
            #expect(error?.code == .configuration)
            #expect(error?.hint == "ssh-keygen -A")
        }
    }
}
