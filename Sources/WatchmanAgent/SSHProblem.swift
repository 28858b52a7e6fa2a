import WatchmanCore

/// What ssh prints, in the words of this system.
struct SSHProblem: Hashable, Sendable {
    /// What it is.
    var problem: TunnelProblem
    /// What a person reads: our words, followed by ssh's own.
    var words: String
    /// Whether the gateway was reached, and the time did not suffice for more.
    var isSlowness = false
    /// Whether something on the way may have forgotten the connection.
    var isForgotten = false

    /// Reads a line. What nobody foresaw is told as it is.
    init(_ line: String) {
        let match = Self.known.first { line.contains($0.mark) }
        self.problem = match?.problem ?? .other
        self.words = match.map { "\($0.words) (\(line))" } ?? line
        self.isForgotten = self.problem == .lost && !line.contains("closed by remote host")
        self.isSlowness = line.contains("timed out") && !line.contains("connect to host")
    }

    init(_ problem: TunnelProblem, _ words: String) {
        self.problem = problem
        self.words = words
    }

    private static let refused = "the gateway refuses this device's key: it was removed or not enrolled there"
    private static let held = "the gateway still holds this device's port for an older connection"
    private static let unsigned = "the gateway's host key is not signed by the host CA this device trusts"
    private static let closed = "the gateway takes no more logins at the moment, or is stopping"
    private static let broken = "the connection to the gateway broke"

    /// The first mark that is in the line counts.
    private static let known: [(mark: String, problem: TunnelProblem, words: String)] = [
        ("error: Connection closed by remote host", .gatewayFull, Self.closed),
        ("error: Connection reset by peer", .gatewayFull, Self.closed), ("MaxStartups", .gatewayFull, Self.closed),
        ("Permission denied", .keyRefused, Self.refused), ("remote port forwarding failed", .portRefused, Self.held),
        ("Host key verification failed", .hostKey, Self.unsigned),
        ("REMOTE HOST IDENTIFICATION", .hostKey, Self.unsigned),
        ("Could not resolve hostname", .name, "the gateway's name does not resolve"),
        ("connect_to 127.0.0.1 port", .sshdDown, "this device's sshd does not answer"),
        ("Bad owner or permissions", .other, "somebody else can write to a file that ssh depends on"),
        ("Connection refused", .gatewayDown, "nothing listens on the gateway's port"),
        ("timed out during banner exchange", .gatewayFull, "the gateway takes the connection and says nothing"),
        ("timed out", .noRoute, "the gateway does not answer"),
        ("No route to host", .noRoute, "there is no route to the gateway"),
        ("Network is unreachable", .networkDown, "the network is down"),
        ("Not allowed at this time", .gatewayFull, "the gateway shuts this device's address out for a while"),
        ("kex_exchange_identification", .gatewayFull, Self.closed),
        ("Timeout, server", .lost, "the gateway went silent"), ("Broken pipe", .lost, Self.broken),
        ("closed by remote host", .lost, "the gateway ended the connection"),
        ("Connection closed by", .gatewayFull, Self.closed), ("Connection reset by peer", .lost, Self.broken),
        ("Connection reset", .gatewayFull, Self.closed),
    ]
}
