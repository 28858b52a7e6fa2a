import Testing
import WatchmanSystem

@Suite struct SystemdUnitTests {
    @Test func `the agent's unit is this text`() {
        #expect(SystemdUnit.agentName == "watchman-agent.service")
        #expect(
            SystemdUnit.agent(binary: "/root/Secure-Tunnel/watchman", folder: "/root/Secure-Tunnel") == """
                [Unit]
                Description=watchman agent: reverse SSH tunnel to the gateway
                Documentation=man:watchman(1)
                After=network.target ssh.service sshd.service
                StartLimitIntervalSec=0

                [Service]
                # The old name and place of the limit above, for systemd before 230.
                StartLimitInterval=0
                Type=notify
                ExecStart=/root/Secure-Tunnel/watchman agent --folder /root/Secure-Tunnel
                Restart=always
                RestartSec=1
                WatchdogSec=60
                TimeoutStopSec=15
                RuntimeDirectory=watchman-agent
                UMask=0077
                OOMScoreAdjust=-500
                # A child that the kernel kills for memory is started again by the agent; systemd need not stop all of it.
                OOMPolicy=continue

                [Install]
                WantedBy=multi-user.target

                """)
    }
}
