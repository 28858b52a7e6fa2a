import Testing
import WatchmanCore

@testable import WatchmanAgent

@Suite struct SSHProblemTests {
    /// Lines as OpenSSH and `agent dial` print them, what they are, and the beginning of what a person reads.
    static let lines: [(String, TunnelProblem, String)] = [
        ("wm-edge@192.0.2.1: Permission denied (publickey).", .keyRefused, "the gateway refuses this device's key: "),
        ("Error: remote port forwarding failed for listen port 20001", .portRefused, "the gateway still holds this "),
        ("Host key verification failed.", .hostKey, "the gateway's host key is not signed by the host CA "),
        ("@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @", .hostKey, "the gateway's host key is not "),
        ("ssh: Could not resolve hostname tower: Name or service not known", .name, "the gateway's name does not "),
        ("ssh: connect to host tower port 2222: Connection refused", .gatewayDown, "nothing listens on the gateway's "),
        ("ssh: connect to host tower port 2222: Connection timed out", .noRoute, "the gateway does not answer ("),
        ("ssh: connect to host tower port 2222: No route to host", .noRoute, "there is no route to the gateway ("),
        ("ssh: connect to host tower port 2222: Network is unreachable", .networkDown, "the network is down ("),
        ("watchman: error: connect to host tower port 2222: Connection refused", .gatewayDown, "nothing listens "),
        ("watchman: error: connect to host tower port 2222: Connection timed out", .noRoute, "the gateway does not "),
        ("watchman: error: Connection closed by remote host", .gatewayFull, "the gateway takes no more logins "),
        ("watchman: error: Connection reset by peer", .gatewayFull, "the gateway takes no more logins "),
        ("watchman: error: Connection timed out during banner exchange", .gatewayFull, "the gateway takes the "),
        ("watchman: error: Exceeded MaxStartups", .gatewayFull, "the gateway takes no more logins "),
        ("watchman: error: Not allowed at this time", .gatewayFull, "the gateway shuts this device's address out "),
        ("kex_exchange_identification: Connection closed by remote host", .gatewayFull, "the gateway takes no more "),
        ("kex_exchange_identification: read: Connection reset by peer", .gatewayFull, "the gateway takes no more "),
        ("Connection closed by 192.0.2.1 port 2222", .gatewayFull, "the gateway takes no more logins "),
        ("Connection reset by 192.0.2.1 port 2222", .gatewayFull, "the gateway takes no more logins "),
        ("Connection to 192.0.2.1 closed by remote host.", .lost, "the gateway ended the connection ("),
        ("Timeout, server 192.0.2.1 not responding.", .lost, "the gateway went silent ("),
        ("client_loop: send disconnect: Broken pipe", .lost, "the connection to the gateway broke ("),
        ("Read from remote host tower: Connection reset by peer", .lost, "the connection to the gateway broke ("),
        ("connect_to 127.0.0.1 port 22: failed.", .sshdDown, "this device's sshd does not answer ("),
        ("Bad owner or permissions on /root/.ssh/config", .other, "somebody else can write to a file "),
    ]

    @Test(arguments: lines) func `what ssh says is told in our words, and then in its own`(
        line: String, problem: TunnelProblem, words: String
    ) {
        let found = SSHProblem(line)
        #expect(found.problem == problem)
        #expect(found.words.hasPrefix(words))
        #expect(found.words.hasSuffix(" (\(line))"))
    }

    @Test(arguments: ["", "Killed by signal 15.", "something new"]) func `what nobody foresaw is told as it is`(
        line: String
    ) {
        #expect(SSHProblem(line) == SSHProblem(.other, line))
    }

    @Test func `a gateway that was reached and took too long is told from one that was not reached`() {
        #expect(SSHProblem("Connection timed out during banner exchange").isSlowness)
        #expect(!SSHProblem("ssh: connect to host tower port 2222: Connection timed out").isSlowness)
        #expect(!SSHProblem("Connection refused").isSlowness)
    }
}
