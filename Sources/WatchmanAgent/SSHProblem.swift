/// What ssh prints, in the words of this system.
enum SSHProblem {
    private static let known: [(mark: String, words: String)] = [
        ("Permission denied", "the gateway refuses this device's key: it was removed or not enrolled there"),
        ("remote port forwarding failed", "the gateway still holds this device's port for an older connection"),
        ("Host key verification failed", "the gateway's host key is not signed by the host CA this device trusts"),
        ("REMOTE HOST IDENTIFICATION", "the gateway's host key is not signed by the host CA this device trusts"),
        ("Could not resolve hostname", "the gateway's name does not resolve"),
        ("Connection refused", "nothing listens on the gateway's port"),
        ("Connection timed out", "the gateway does not answer"),
        ("No route to host", "there is no route to the gateway"),
        ("Network is unreachable", "the network is down"),
        ("Connection closed by", "the gateway closed the connection"),
        ("Timeout, server", "the gateway went silent"),
    ]

    /// The line in our words, followed by ssh's own.
    static func words(_ line: String) -> String {
        let match = self.known.first { line.contains($0.mark) }
        return match.map { "\($0.words) (\(line))" } ?? line
    }
}
