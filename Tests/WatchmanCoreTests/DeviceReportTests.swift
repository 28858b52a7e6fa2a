import Foundation
import Testing
import WatchmanCore

@Suite struct DeviceReportTests {
    private static let hostile = "\u{1b}]52;c;x\u{7}\"'\r\n\u{202e}" + String(repeating: "é", count: 4096)

    private static let facts = DeviceFacts(
        hostname: hostile, machineID: hostile, system: hostile, architecture: hostile, kernel: hostile, ssh: hostile,
        sshd: hostile, agentVersion: hostile)

    private static let vitals = DeviceVitals(
        uptime: .nan, load: .infinity, memoryTotal: .max, memoryAvailable: .min, diskTotal: -1, diskFree: 0,
        temperature: -.infinity, addresses: Array(repeating: hostile, count: 1000), clock: .distantPast)

    @Test func `facts of a hostile device become short single lines`() {
        let facts = Self.facts.cleaned
        let texts = [
            (facts.hostname, 253), (facts.machineID ?? "", 64), (facts.system, 128), (facts.architecture, 32),
            (facts.kernel, 128), (facts.ssh ?? "", 128), (facts.sshd ?? "", 128), (facts.agentVersion, 32),
        ]
        for (text, limit) in texts {
            #expect(text.hasPrefix("]52;c;x\"'é"))
            #expect(((limit - 1)...limit).contains(text.utf8.count))
            #expect(!text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202e })
        }
    }

    @Test func `good facts stay as they are`() {
        let facts = DeviceFacts(
            hostname: "edge-1", machineID: nil, system: "Debian GNU/Linux 12 (bookworm)", architecture: "aarch64",
            kernel: "6.1.0", ssh: nil, sshd: "OpenSSH_9.2p1", agentVersion: "0.1.0")
        #expect(facts.cleaned == facts)
    }

    @Test func `numbers that are none become nothing`() throws {
        let vitals = Self.vitals.cleaned
        #expect(vitals.uptime == 0 && vitals.load == 0 && vitals.temperature == nil)
        #expect(vitals.addresses.count == 16)
        #expect(vitals.addresses.allSatisfy { $0.utf8.count <= 64 && $0.utf8.allSatisfy { $0 >= 0x20 } })
        _ = try WireJSON.encode(vitals)
    }

    @Test func `good numbers stay as they are`() {
        let vitals = DeviceVitals(
            uptime: 12.5, load: 0.5, memoryTotal: 4, memoryAvailable: 3, diskTotal: 2, diskFree: 1, temperature: -12.25,
            addresses: ["192.0.2.1", "2001:db8::1"], clock: Date(timeIntervalSince1970: 0))
        #expect(vitals.cleaned == vitals)
    }
}
