public import WatchmanCore

/// How ssh gets to the gateway.
public struct GatewayHop: Hashable, Sendable {
    /// Seconds that the connection stays open after its last use.
    public static let persistence = 60
    /// The gateway's host.
    public var host: String
    /// The command that makes the connection; host and port follow.
    public var dial: [String]
    /// The socket by which the next ssh uses the same connection, or nil for a connection of its own.
    public var controlPath: String?

    /// Describes a hop.
    public init(host: String, dial: [String], controlPath: String? = nil) {
        self.host = host
        self.dial = dial
        self.controlPath = controlPath
    }

    fileprivate var lines: String {
        let dial = Command.proxyCommand(self.dial) + " %h %p"
        let direct = "    ProxyCommand \(dial)\n    ProxyUseFdpass yes\n"
        guard let controlPath else { return direct }
        return direct
            + "    ControlMaster auto\n    ControlPersist \(Self.persistence)\n    ControlPath \(controlPath)\n"
    }
}

/// Texts of ssh_config(5). Everything in them is checked: ids, names and hosts hold no blank, quote, `%` or newline.
public enum SSHConfiguration {
    /// The alias for a device on ssh's command line.
    public static func alias(_ name: String) -> String { "\(name).wm" }

    /// Writes all that ssh needs besides the key into a folder. Each file is replaced whole, so connects at the same
    /// time do not disturb each other.
    ///
    /// With a number of `passwords` the device is entered by root's password instead of a certificate.
    ///
    /// - Returns: the configuration's path.
    public static func write(
        _ grant: ConnectGrant, gateway: GatewayHop?, passwords: Int = 0, identity: SSHIdentity = .own, to folder: String
    ) throws -> String {
        let hosts = KnownHosts.deviceLines(grant.deviceID, grant.hostKeys) + KnownHosts.gatewayLine(grant.hostAuthority)
        let name = passwords == 0 ? "config" : "password-config"
        let text = try self.once(
            grant, gateway: gateway, passwords: passwords, identity: identity, folder: folder)
        let files = [
            ("device-cert.pub", grant.deviceCertificate + "\n"), ("gateway-cert.pub", grant.gatewayCertificate + "\n"),
            ("known_hosts", hosts), (name, text),
        ]
        for (name, content) in files { try WholeFile.write(content, to: "\(folder)/\(name)", mode: 0o600) }
        return "\(folder)/\(name)"
    }

    /// What `connect` gives to ssh: the device, and the gateway on the way unless that is this machine.
    ///
    /// - Throws: `WatchmanError` (`unavailable`), see `check`.
    public static func once(
        _ grant: ConnectGrant, gateway: GatewayHop?, passwords: Int = 0, identity: SSHIdentity = .own, folder: String
    ) throws -> String {
        try self.check(
            names: [grant.deviceID, grant.name], hosts: gateway.map { [$0.host] } ?? [], user: grant.gatewayUser)
        let device = """
            Host \(self.alias(grant.name))
                HostName 127.0.0.1
                Port \(grant.port)
            \(self.byPassword(passwords))\(self.proof(folder, identity, certificate: "device", alias: KnownHosts.deviceAlias(grant.deviceID)))
                SendEnv LANG LC_*

            """
        guard let hop = gateway else { return device }
        // The session inside has its own key exchange: this hop hides nothing that one would not, and curve25519 saves 75 ms of CPU.
        let gateway = """
                ProxyJump \(KnownHosts.gatewayAlias)

            Host \(KnownHosts.gatewayAlias)
                HostName \(hop.host)
                Port \(grant.gatewayPort)
                User \(grant.gatewayUser)
                KexAlgorithms curve25519-sha256,curve25519-sha256@libssh.org
            \(hop.lines)\(self.proof(folder, identity, certificate: "gateway", alias: KnownHosts.gatewayAlias))

            """
        return device + gateway
    }

    /// A block that stays true: the certificate is fetched before ssh reads it, the way in is found anew each time.
    ///
    /// - Throws: `WatchmanError` (`unavailable`), see `check`.
    public static func standing(
        _ device: DeviceSummary, folder: String, connect: String, user: String = "root", identity: SSHIdentity = .own
    ) throws -> String {
        try self.check(names: [device.id, device.name], user: user)
        return """
            Match originalhost \(self.alias(device.name)) exec "\(connect) --prepare \(device.id)"
            Host \(self.alias(device.name))
                User \(user)
                ProxyCommand \(connect) --stdio \(device.id)
            \(self.proof(folder, identity, certificate: "device", alias: KnownHosts.deviceAlias(device.id)))

            """
    }

    /// Refuses an answer that no honest server gives: a newline in a name would be a command on this machine.
    private static func check(names: [String], hosts: [String] = [], user: String = "root") throws {
        guard names.allSatisfy(DeviceName.isValid), hosts.allSatisfy(HostName.isValid), AccountName.isValid(user) else {
            throw WatchmanError(.unavailable, "the server's answer holds a name that cannot be one")
        }
    }

    /// Of each keyword ssh takes the first value. One question more than there are passwords, so that the helper can say that none fits.
    private static func byPassword(_ count: Int) -> String {
        guard count > 0 else { return "" }
        return """
                PubkeyAuthentication no
                PreferredAuthentications password
                PasswordAuthentication yes
                NumberOfPasswordPrompts \(count + 1)

            """
    }

    private static func proof(_ folder: String, _ identity: SSHIdentity, certificate: String, alias: String) -> String {
        """
            HostKeyAlias \(alias)
        \(identity.lines(folder))
            CertificateFile \(folder)/\(certificate)-cert.pub
            UserKnownHostsFile \(folder)/known_hosts
            GlobalKnownHostsFile /dev/null
            IdentitiesOnly yes
            StrictHostKeyChecking yes
            UpdateHostKeys no
            CheckHostIP no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            ControlPath none
        """
    }
}
