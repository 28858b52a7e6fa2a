import TestSupport
import Testing
import WatchmanAgent
import WatchmanCore

@Suite struct EdgeSiteTests {
    @Test func `a device's files are where the manual says`() {
        let site = EdgeSite()
        #expect(site.configurationFile == "/root/Secure-Tunnel/agent.json")
        #expect(site.knownHostsFile == "/root/Secure-Tunnel/known_hosts")
        #expect(site.binary == "/root/Secure-Tunnel/watchman")
        #expect(site.statusFile == "/run/watchman-agent/status.json")
        #expect(site.autosshPIDFile == "/run/watchman-agent/autossh.pid")
        #expect(site.unitFile == "/etc/systemd/system/watchman-agent.service")
        #expect(site.authorizedKeys == "/root/.ssh/authorized_keys")
        #expect(KeyType.ed25519.file(site) == "/root/Secure-Tunnel/id_ed25519")
        #expect(KeyType.rsa.file(site) == "/root/Secure-Tunnel/id_rsa")
    }

    @Test func `a private sshd is not looked for on the machine`() async throws {
        let site = AgentFixture.site("/x")
        let runner = RecordingProcessRunner()
        let (keys, port) = (try await site.hostKeys(runner), await site.sshdPort(runner))
        #expect(keys == [AgentFixture.hostKey] && port == 2022)
        #expect(site.unitFile == nil)
        #expect(runner.commands.isEmpty)
    }
}
