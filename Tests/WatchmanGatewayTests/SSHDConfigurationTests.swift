import Testing
import WatchmanSystem

@testable import WatchmanGateway

@Suite struct SSHDConfigurationTests {
    static let settings = GatewaySettings(
        folder: "/var/lib/watchman-gateway", address: "0.0.0.0", port: 2222, firstPort: 20000, lastPort: 29999,
        edgeUser: "wm-edge", jumpUser: "wm-jump", keysUser: "wm-keys", helper: "/usr/local/bin/watchman")

    @Test func `sshd listens on every port`() {
        var settings = Self.settings
        settings.otherPorts = [443, 8022]
        #expect(SSHDConfiguration.text(settings).contains("\nPort 2222\nPort 443\nPort 8022\nListenAddress 0.0.0.0\n"))
    }

    @Test func `one device behind TLS cannot have all of them shut out`() {
        let (old, new) = (OpenSSHVersion(9, 7), OpenSSHVersion(9, 8))
        #expect(SSHDConfiguration.text(Self.settings, old) == SSHDConfiguration.text(Self.settings))
        let line = "\nPerSourcePenaltyExemptList 127.0.0.0/8,::1"
        #expect(SSHDConfiguration.text(Self.settings, new).contains("\(line)\nAllowTcpForwarding no\nMatch"))
        var settings = Self.settings
        settings.address = "192.0.2.7"
        #expect(SSHDConfiguration.text(settings, new).contains("\(line),192.0.2.7\n"))
    }

    static let golden = """
        # Written by watchman at every start; changes here are lost.
        Port 2222
        ListenAddress 0.0.0.0
        PidFile /var/lib/watchman-gateway/sshd.pid
        HostKey /var/lib/watchman-gateway/ssh_host_ed25519_key
        HostCertificate /var/lib/watchman-gateway/ssh_host_ed25519_key-cert.pub
        HostKeyAlgorithms ssh-ed25519-cert-v01@openssh.com,ssh-ed25519
        KexAlgorithms sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org
        Ciphers aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes128-ctr
        MACs hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com
        UsePAM no
        AllowUsers wm-edge wm-jump
        PermitRootLogin no
        AuthenticationMethods publickey
        PubkeyAuthentication yes
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        HostbasedAuthentication no
        TrustedUserCAKeys /var/lib/watchman-gateway/user_ca.pub
        AuthorizedPrincipalsFile none
        AuthorizedPrincipalsCommand /usr/local/bin/watchman gateway-keys /var/lib/watchman-gateway/gateway.db \
        principals %u wm-jump %i %s
        AuthorizedPrincipalsCommandUser wm-keys
        AuthorizedKeysFile none
        AuthorizedKeysCommand /usr/local/bin/watchman gateway-keys /var/lib/watchman-gateway/gateway.db key %u wm-edge %k
        AuthorizedKeysCommandUser wm-keys
        PermitUserEnvironment no
        PermitUserRC no
        PermitTTY no
        X11Forwarding no
        AllowAgentForwarding no
        AllowStreamLocalForwarding no
        PermitTunnel no
        GatewayPorts no
        Compression no
        UseDNS no
        PrintMotd no
        MaxSessions 0
        MaxAuthTries 2
        LoginGraceTime 20
        MaxStartups 100:30:1000
        TCPKeepAlive yes
        ClientAliveInterval 75
        ClientAliveCountMax 2
        LogLevel VERBOSE
        AllowTcpForwarding no
        Match User wm-edge
            AllowTcpForwarding remote
            PermitOpen none
        Match User wm-jump
            AllowTcpForwarding local
            PermitListen none

        """

    private static let lines = SSHDConfiguration.text(settings).split(separator: "\n").map(String.init)

    @Test func `the configuration is this text`() {
        #expect(SSHDConfiguration.text(Self.settings) == Self.golden)
    }

    @Test func `a user with a shell holds one session, in which nothing can be run`() {
        var settings = Self.settings
        settings.holdsSession = true
        let held = Self.golden.replacing(
            "    PermitOpen none\n",
            with: "    PermitOpen none\n    MaxSessions 1\n    ForceCommand exec cat >/dev/null\n")
        #expect(SSHDConfiguration.text(settings) == held && held != Self.golden)
    }

    @Test func `the principals command stands before the keys command`() throws {
        // OpenSSH 9.2 silently ignores it when it comes after.
        let principals = try #require(Self.lines.firstIndex { $0.hasPrefix("AuthorizedPrincipalsCommand ") })
        let keys = try #require(Self.lines.firstIndex { $0.hasPrefix("AuthorizedKeysCommand ") })
        #expect(principals < keys)
    }

    @Test func `each lookup has the number of arguments that the lookup takes`() {
        let commands = Self.lines.filter { $0.contains("Command /") }
        #expect(commands.count == 2)
        // The keyword, then what becomes the process's argument vector; a certificate has its serial number besides.
        for (command, count) in zip(commands, [8, 7]) { #expect(command.split(separator: " ").count == 1 + count) }
    }

    @Test func `no keyword stands twice outside the Match blocks`() {
        let keywords = Self.lines.prefix { !$0.hasPrefix("Match") }.map { $0.prefix { $0 != " " } }
        #expect(Set(keywords).count == keywords.count)
    }

    @Test func `no cipher is open to Terrapin`() {
        let ciphers = Self.lines.filter { $0.hasPrefix("Ciphers ") || $0.hasPrefix("MACs ") }.joined()
        #expect(!ciphers.contains("chacha20") && !ciphers.contains("cbc"))
    }
}
