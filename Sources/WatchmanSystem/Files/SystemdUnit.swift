/// The unit that keeps the agent running on a device.
public enum SystemdUnit {
    /// Name of the agent's unit.
    public static let agentName = "watchman-agent.service"

    /// Text of the agent's unit (systemd.service(5)).
    public static func agent(binary: String, folder: String) -> String {
        """
        [Unit]
        Description=watchman agent: reverse SSH tunnel to the gateway
        Documentation=man:watchman(1)
        After=network.target ssh.service sshd.service
        StartLimitIntervalSec=0

        [Service]
        # The old name and place of the limit above, for systemd before 230.
        StartLimitInterval=0
        Type=notify
        ExecStart=\(binary) agent --folder \(folder)
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

        """
    }
}
