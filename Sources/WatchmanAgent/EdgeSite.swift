public import WatchmanCore
public import WatchmanSystem

/// Where watchman's things are on a device. Everything is a parameter, so that the demo and tests touch nothing real.
public struct EdgeSite: Sendable {
    /// The device's folder (0700): configuration, key pair, known hosts, binary.
    public var folder: String
    /// Folder for what need not outlive a reboot.
    public var runtimeFolder: String
    /// The authorized_keys file of the user that admins log in as.
    public var authorizedKeys: String
    /// The device's own sshd, or nil to ask the machine's.
    public var sshd: PrivateSSHD?
    /// Folder of systemd units, or nil to install no service and no binary.
    public var unitFolder: String?

    /// An sshd that is not the machine's.
    public struct PrivateSSHD: Sendable {
        /// Its port on 127.0.0.1.
        public var port: Int
        /// Its host keys.
        public var hostKeys: [SSHPublicKey]
        /// What the device is called.
        public var hostname: String
        /// The files of its public host keys, in which the agent sees them change; none if they do not.
        public var hostKeyFiles: [String]
        /// Folder of the authorized_keys files of users besides root, by their names; nil if they are in their homes.
        public var userKeys: String?

        /// Creates a description.
        public init(
            port: Int, hostKeys: [SSHPublicKey], hostname: String, hostKeyFiles: [String] = [], userKeys: String? = nil
        ) {
            self.port = port
            self.hostKeys = hostKeys
            self.hostname = hostname
            self.hostKeyFiles = hostKeyFiles
            self.userKeys = userKeys
        }
    }

    /// Creates a site.
    public init(
        folder: String = "/root/Secure-Tunnel", runtimeFolder: String = "/run/watchman-agent",
        authorizedKeys: String = "/root/.ssh/authorized_keys", sshd: PrivateSSHD? = nil,
        unitFolder: String? = "/etc/systemd/system"
    ) {
        self.folder = folder
        self.runtimeFolder = runtimeFolder
        self.authorizedKeys = authorizedKeys
        self.sshd = sshd
        self.unitFolder = unitFolder
    }

    /// The enrolment and how to reach the server.
    public var configurationFile: String { "\(self.folder)/agent.json" }
    /// The gateway's host CA.
    public var knownHostsFile: String { "\(self.folder)/known_hosts" }
    /// The users besides root that admins can log in as.
    public var loginsFile: String { "\(self.folder)/logins.json" }
    /// The binary that the service runs.
    public var binary: String { "\(self.folder)/watchman" }
    /// What `agent status` shows.
    public var statusFile: String { "\(self.runtimeFolder)/status.json" }
    /// autossh's pid file.
    public var autosshPIDFile: String { "\(self.runtimeFolder)/autossh.pid" }
    /// By which way the gateway was reached last.
    public var wayFile: String { "\(self.runtimeFolder)/way.json" }
    /// What is ssh's standard input.
    var inputFile: String { "\(self.runtimeFolder)/input" }
    /// The unit file of the service, if there is to be one.
    public var unitFile: String? { self.unitFolder.map { "\($0)/\(SystemdUnit.agentName)" } }

    /// What this device is.
    public func facts(_ processes: any ProcessRunner) async -> DeviceFacts {
        var facts = await HostFacts(processes: processes).facts()
        if let sshd = self.sshd { facts.hostname = sshd.hostname }
        return facts
    }

    /// The host keys of the sshd that admins will meet.
    public func hostKeys(_ processes: any ProcessRunner) async throws -> [SSHPublicKey] {
        if let sshd = self.sshd { return sshd.hostKeys }
        return try await HostFacts(processes: processes).hostKeys()
    }

    /// The port of that sshd.
    public func sshdPort(_ processes: any ProcessRunner) async -> Int {
        if let sshd = self.sshd { return sshd.port }
        return (try? await HostFacts(processes: processes).sshdSettings().port) ?? 22
    }
}
