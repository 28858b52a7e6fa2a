import Glibc
import TestSupport
import Testing
import WatchmanSystem

@testable import WatchmanGateway

@Suite struct SSHDMeterTests {
    @Test func `an sshd that does not run uses nothing`() throws {
        try TemporaryFolder.with { (folder: String) in
            let settings = GatewaySettings(
                folder: folder, address: "127.0.0.1", port: 2222, firstPort: 1100, lastPort: 1199, edgeUser: "a",
                jumpUser: "b", keysUser: "c", helper: "/bin/true")
            #expect(SSHDMeter(settings: settings).read() == nil)
            // A pid file that names another program is no proof.
            try WholeFile.write("\(getpid())\n", to: settings.pidFile, mode: 0o644)
            #expect(SSHDMeter(settings: settings).read() == nil)
        }
    }

    @Test func `a process belongs to its family and has memory of its own`() throws {
        #expect(Processes.family(of: getpid()).first == getpid())
        #expect(Processes.family(of: getppid()).contains(getpid()))
        let memory = try #require(Processes.memory(of: getpid()))
        #expect(memory > 1 << 20)
        #expect(Processes.memory(of: -1) == nil)
    }
}
