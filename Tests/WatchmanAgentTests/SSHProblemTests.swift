import Testing

@testable import WatchmanAgent

@Suite struct SSHProblemTests {
    /// Lines as OpenSSH prints them, and the beginning of what a person reads.
    static let lines: [(String, String)] = [
        ("wm-edge@192.0.2.1: Permission denied (publickey).", "the gateway refuses this device's key: "),
        ("Error: remote port forwarding failed for listen port 20001", "the gateway still holds this device's port "),
        ("Host key verification failed.", "the gateway's host key is not signed by the host CA "),
        ("@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @", "the gateway's host key is not signed "),
        ("ssh: Could not resolve hostname tower: Name or service not known", "the gateway's name does not resolve ("),
        ("ssh: connect to host tower port 2222: Connection refused", "nothing listens on the gateway's port ("),
        ("ssh: connect to host tower port 2222: Connection timed out", "the gateway does not answer ("),
        ("ssh: connect to host tower port 2222: No route to host", "there is no route to the gateway ("),
        ("ssh: connect to host tower port 2222: Network is unreachable", "the network is down ("),
        ("Connection closed by 192.0.2.1 port 2222", "the gateway closed the connection ("),
        ("Timeout, server 192.0.2.1 not responding.", "the gateway went silent ("),
    ]

    @Test(arguments: lines) func `what ssh says is told in our words, and then in its own`(line: String, words: String)
    {
        let text = SSHProblem.words(line)
        #expect(text.hasPrefix(words))
        #expect(text.hasSuffix(" (\(line))"))
    }

    @Test(arguments: ["", "Killed by signal 15.", "something new"]) func `what nobody foresaw is told as it is`(
        line: String
    ) {
        #expect(SSHProblem.words(line) == line)
    }
}
