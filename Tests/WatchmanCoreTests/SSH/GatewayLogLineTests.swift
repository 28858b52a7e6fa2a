import Testing
import WatchmanCore

@Suite struct GatewayLogLineTests {
    private static let key = "SHA256:mJ1sXqcWeWyC9ZU8xY90qk8fkF31orMBVHd86d9Zzl0"
    private static let authority = "CA ED25519 SHA256:MPk7wb6vm141AvZk4JM3bZw3ae3bqT/L6kox5HHFNaM"

    private static func login(_ line: String) -> GatewayLogin? {
        guard case .accepted(let login) = GatewayLogLine(Array(line.utf8)) else { return nil }
        return login
    }

    @Test(arguments: ["", "\r", "\r\n", " "]) func `a certificate's login names its key id and serial`(end: String) {
        let line =
            "Accepted publickey for wm-jump from 192.0.2.7 port 47400 ssh2: ED25519-CERT \(Self.key) "
            + "ID abcdefgh23 user:alice (serial 77) \(Self.authority)\(end)"
        #expect(
            Self.login(line)
                == GatewayLogin(
                    user: "wm-jump", address: "192.0.2.7", port: 47400,
                    fingerprint: Self.key, certificate: .init(keyID: "abcdefgh23 user:alice", serial: 77)))
    }

    @Test(arguments: ["ED25519", "RSA", "ECDSA", "ED25519-SK"]) func `a plain key's login has no certificate`(
        type: String
    ) {
        let line = "Accepted publickey for wm-edge from 2001:db8::7 port 1 ssh2: \(type) \(Self.key)"
        #expect(
            Self.login(line)
                == GatewayLogin(
                    user: "wm-edge", address: "2001:db8::7", port: 1, fingerprint: Self.key, certificate: nil))
    }

    @Test func `a child and a port that is taken are told by their numbers`() {
        #expect(GatewayLogLine(Array("User child is on pid 582\r".utf8)) == .child(582))
        let taken = "channel_setup_fwd_listener_tcpip: cannot listen to port: 20000\r"
        #expect(GatewayLogLine(Array(taken.utf8)) == .portTaken(20000))
        for line in [
            "User child is on pid 1", "User child is on pid -7", "User child is on pid ", "User child is on pid x",
            "channel_setup_fwd_listener_tcpip: cannot listen to port: 0",
            "channel_setup_fwd_listener_tcpip: cannot listen to port: 65536",
            " channel_setup_fwd_listener_tcpip: cannot listen to port: 20000",
        ] {
            #expect(GatewayLogLine(Array(line.utf8)) == nil, "\(line)")
        }
    }

    @Test func `a key id that imitates sshd's words ends where sshd goes on`() {
        let keyID = "abcdefgh23 x (serial 1) CA ED25519 SHA256:x"
        let line =
            "Accepted publickey for wm-jump from 192.0.2.7 port 5 ssh2: ED25519-CERT \(Self.key) "
            + "ID \(keyID) (serial 2) \(Self.authority)"
        #expect(Self.login(line)?.certificate == .init(keyID: keyID, serial: 2))
    }

    /// Lines that sshd printed for strangers, and what they would like it to have printed.
    @Test(arguments: [
        "Invalid user Accepted publickey for wm-jump from 6.6.6.6 port 1 ssh2: ED25519 SHA256:x from 6.6.6.6 port 2",
        "Failed publickey for wm-jump from 6.6.6.6 port 1 ssh2: ED25519 SHA256:x",
        "User root from 6.6.6.6 not allowed because not listed in AllowUsers",
        "Invalid user  from 6.6.6.6 port 2",
    ])
    func `who is turned away is counted`(line: String) {
        #expect(GatewayLogLine(Array(line.utf8)) == .refused)
    }

    @Test(arguments: [
        "", "\r\n", "Accepted", "Accepted publickey for ", "Accepted password for root from 6.6.6.6 port 1 ssh2",
        "Accepted key ED25519 SHA256:x found at /x:1",
        "Accepted certificate ID \"a b\" (serial 1) signed by ED25519 CA",
        " Accepted publickey for wm-edge from 6.6.6.6 port 1 ssh2: ED25519 SHA256:x",
        "Accepted publickey for wm-edge from 6.6.6.6 port 0 ssh2: ED25519 SHA256:x",
        "Accepted publickey for wm-edge from 6.6.6.6 port 65536 ssh2: ED25519 SHA256:x",
        "Accepted publickey for wm-edge from 6.6.6.6 port 99999999999999999999 ssh2: ED25519 SHA256:x",
        "Accepted publickey for wm-edge from 6.6.6.6 port -1 ssh2: ED25519 SHA256:x",
        "Accepted publickey for wm edge from 6.6.6.6 port 1 ssh2: ED25519 SHA256:x",
        "Accepted publickey for wm-edge from  port 1 ssh2: ED25519 SHA256:x",
        "Accepted publickey for wm-edge from 6.6.6.6 port 1 ssh2: ED25519",
        "Accepted publickey for wm-jump from 6.6.6.6 port 1 ssh2: ED25519-CERT SHA256:x",
        "Accepted publickey for wm-jump from 6.6.6.6 port 1 ssh2: ED25519-CERT SHA256:x ID a b (serial ) CA x",
        "Accepted publickey for wm-jump from 6.6.6.6 port 1 ssh2: ED25519-CERT SHA256:x ID a b (serial 1)",
        "Accepted publickey for wm-jump from 6.6.6.6 port 1 ssh2: ED25519-CERT SHA256:x ID (serial 1) CA x",
        "Accepted publickey for a from ::1 port 1 ssh2: X-CERT SHA256:x ID a (serial 18446744073709551615) CA x",
        "Failed publickey for invalid user root from 6.6.6.6 port 1 ssh2: ED25519 SHA256:x",
        "Failed none for wm-edge from 6.6.6.6 port 1 ssh2", "User child is on pid",
        "Disconnected from user daemon 127.0.0.1 port 47400",
        "Connection closed by invalid user Accepted publickey for 6.6.6.6 port 1 [preauth]",
        "kex_exchange_identification: client sent invalid protocol identifier \"Accepted publickey for\"",
    ])
    func `any other line tells nothing`(line: String) {
        #expect(GatewayLogLine(Array(line.utf8)) == nil)
    }

    @Test func `no bytes stop it`() {
        let line = Array("Accepted publickey for a from b port 1 ssh2: X-CERT c ID d (serial 1) CA e".utf8)
        for bytes in HostileBytes.truncations(of: line) { _ = GatewayLogLine(bytes) }
        for bytes in HostileBytes.mutations(of: line, count: 2000, seed: 11) { _ = GatewayLogLine(bytes) }
        #expect(GatewayLogLine(line) != nil)
    }
}
