import WatchmanCore
import WatchmanSystem

/// The gateway sshd's configuration (sshd_config(5)).
enum SSHDConfiguration {
    /// The text.
    ///
    /// - AuthorizedPrincipalsCommand stands before AuthorizedKeysCommand: OpenSSH 9.2 ignores it when it comes after.
    /// - No ciphers open to Terrapin (CVE-2023-48795), since devices may run an old ssh.
    /// - Devices may only listen, admins may only connect; which port is up to the line that the lookup prints. `restrict` alone
    ///   would leave Unix sockets and tun devices open.
    /// - MaxSessions 0: no shell, no command, no sftp; forwarding only. With 1 there is one session, which runs nothing but our command.
    /// - MaxStartups 100:30:1000: the default sheds most of a fleet that comes back at once.
    /// - ClientAlive 75x2: devices make themselves heard at least every 60 s, so that this costs nothing. It is for the time in which
    ///   nobody else looks for dead tunnels (`SilentTunnels`).
    /// - Tunnels that come by TLS all have an address of this machine: from 9.8 on sshd would shut out all of them for one that fails.
    static func text(_ settings: GatewaySettings, _ version: OpenSSHVersion? = nil) -> String {
        """
        # Written by watchman at every start; changes here are lost.
        \(self.identity(settings))
        \(self.authentication(settings))
        \(self.limits)\(self.exemption(settings, version))
        AllowTcpForwarding no
        Match User \(settings.edgeUser)
            AllowTcpForwarding remote
            PermitOpen none\(settings.holdsSession ? Self.heldSession : "")
        Match User \(settings.jumpUser)
            AllowTcpForwarding local
            PermitListen none

        """
    }

    private static func identity(_ settings: GatewaySettings) -> String {
        """
        \(settings.ports.map { "Port \($0)" }.joined(separator: "\n"))
        ListenAddress \(settings.address)
        PidFile \(settings.pidFile)
        HostKey \(settings.hostKeyFile)
        HostCertificate \(settings.hostCertificateFile)
        HostKeyAlgorithms ssh-ed25519-cert-v01@openssh.com,ssh-ed25519
        KexAlgorithms sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org
        Ciphers aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes128-ctr
        MACs hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com
        """
    }

    private static func authentication(_ settings: GatewaySettings) -> String {
        """
        UsePAM no
        AllowUsers \(settings.edgeUser) \(settings.jumpUser)
        PermitRootLogin no
        AuthenticationMethods publickey
        PubkeyAuthentication yes
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        HostbasedAuthentication no
        TrustedUserCAKeys \(settings.userAuthorityFile)
        AuthorizedPrincipalsFile none
        AuthorizedPrincipalsCommand \(settings.helper) \(KeyLookup.verb) \(settings.databaseFile) principals %u \(settings.jumpUser) %i %s
        AuthorizedPrincipalsCommandUser \(settings.keysUser)
        AuthorizedKeysFile none
        AuthorizedKeysCommand \(settings.helper) \(KeyLookup.verb) \(settings.databaseFile) key %u \(settings.edgeUser) %k
        AuthorizedKeysCommandUser \(settings.keysUser)
        """
    }

    private static func exemption(_ settings: GatewaySettings, _ version: OpenSSHVersion?) -> String {
        guard let version, version >= OpenSSHVersion(9, 8) else { return "" }
        let isWild = ["0.0.0.0", "::"].contains(settings.address) || IPAddress.bytes(settings.address.utf8) == nil
        return "\nPerSourcePenaltyExemptList 127.0.0.0/8,::1\(isWild ? "" : ",\(settings.address)")"
    }

    /// sshd sets TCP_NODELAY on a tunnel's connection when a session begins, and never without one: 410 ms instead of 640 for a login
    /// over 40 ms. What is run must end with its input: sshd leaves what it started behind when a connection ends.
    private static let heldSession = """

            MaxSessions 1
            ForceCommand exec cat >/dev/null
        """

    private static let limits = """
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
        """
}
