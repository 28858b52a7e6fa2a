public import WatchmanCore

/// Where a tunnel goes and with which files.
public struct TunnelRoute: Hashable, Sendable {
    /// The gateway's host.
    public var host: String
    /// The gateway's sshd port.
    public var gatewayPort: Int
    /// The login user.
    public var user: String
    /// The dedicated port there.
    public var port: Int
    /// The device's own sshd port.
    public var localPort: Int
    /// Private key file.
    public var key: String
    /// File with the gateway's host CA.
    public var knownHosts: String
    /// The command that gives ssh a connection to the gateway.
    public var dial: [String]
    /// Whether to hold a session open there.
    public var holdsSession = false

    /// Creates a route.
    public init(
        host: String, gatewayPort: Int, user: String, port: Int, localPort: Int, key: String, knownHosts: String,
        dial: [String]
    ) {
        self.host = host
        self.gatewayPort = gatewayPort
        self.user = user
        self.port = port
        self.localPort = localPort
        self.key = key
        self.knownHosts = knownHosts
        self.dial = dial
    }
}

/// How patient a tunnel's ssh is.
public struct TunnelTiming: Hashable, Sendable {
    /// The patience with a gateway that was reached, but answers slowly.
    public static let slowConnectTimeout = 30
    /// Seconds between the questions whether the gateway is still there (`ServerAliveInterval`).
    public var aliveInterval: Int
    /// How many of them may stay without an answer (`ServerAliveCountMax`).
    public var aliveCount: Int
    /// Seconds to connect and agree on keys (`ConnectTimeout`).
    public var connectTimeout: Int

    /// How long the gateway may not hear of a device that is there: ssh itself would have given up by then.
    public var silence: Duration { .seconds(self.aliveInterval * (self.aliveCount + 1)) }

    /// The timing that suits a network.
    public init(_ profile: NetworkProfile) {
        (self.aliveInterval, self.aliveCount, self.connectTimeout) =
            switch profile {
            case .wired: (5, 3, 5)
            case .wifi: (10, 3, 5)
            case .lte: (60, 2, 15)
            case .satellite: (60, 2, 30)
            }
    }
}

extension Command {
    /// autossh(1) that has the reverse tunnel until it breaks.
    ///
    /// `AUTOSSH_MAXSTART=1`: it ends with its ssh, because its own waits grow as it pleases; `AUTOSSH_GATETIME=0`, or it takes a first
    /// connect that fails for a mistake. `ExitOnForwardFailure`, or a tunnel can be up with no port. The bind address is written out,
    /// because the gateway's `permitlisten` is compared literally. curve25519 for this hop: the admin's session inside brings its own
    /// key exchange, and sntrup761 costs 75 ms of CPU on the device.
    public static func autossh(_ route: TunnelRoute, _ timing: TunnelTiming = TunnelTiming(.wired), pidFile: String)
        -> Command
    {
        let options = [
            "BatchMode=yes", "ConnectTimeout=\(timing.connectTimeout)", "ControlMaster=no", "ControlPath=none",
            "ExitOnForwardFailure=yes",
            "HostKeyAlias=\(KnownHosts.gatewayAlias)", "IdentitiesOnly=yes", "LogLevel=ERROR",
            "PasswordAuthentication=no", "ServerAliveCountMax=\(timing.aliveCount)",
            "ServerAliveInterval=\(timing.aliveInterval)",
            "KexAlgorithms=curve25519-sha256,curve25519-sha256@libssh.org",
            "StrictHostKeyChecking=yes", "TCPKeepAlive=yes", "UserKnownHostsFile=\(route.knownHosts)",
            "GlobalKnownHostsFile=/dev/null", "ProxyUseFdpass=yes", "ProxyCommand=\(Self.proxyCommand(route.dial))",
        ]
        return Command(
            "autossh",
            ["-M", "0"] + (route.holdsSession ? [] : ["-N"]) + ["-T", "-F", "none", "-i", route.key]
                + options.flatMap { ["-o", $0] } + [
                    "-R", "127.0.0.1:\(route.port):127.0.0.1:\(route.localPort)", "-p", "\(route.gatewayPort)",
                    "-l", route.user, "--", route.host,
                ],
            environment: ["AUTOSSH_GATETIME": "0", "AUTOSSH_MAXSTART": "1", "AUTOSSH_PIDFILE": pidFile])
    }

    /// A command as ssh takes it: the user's shell reads it, and ssh replaces what follows a `%` (ssh_config(5)).
    public static func proxyCommand(_ words: [String]) -> String {
        let plain = Set("/-_.=,+@".utf8)
        return words.map { word in
            if word.utf8.allSatisfy({ ASCII.isAlphanumeric($0) || plain.contains($0) }) { return word }
            let quoted = word.replacing("'", with: "'\\''").replacing("%", with: "%%")
            return "'\(quoted)'"
        }.joined(separator: " ")
    }
}
