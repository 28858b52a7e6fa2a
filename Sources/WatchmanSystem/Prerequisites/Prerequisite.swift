/// One thing that watchman needs of this machine, and how it was found.
///
/// The JSON form is a promise: `name`, `verdict` and `detail` always, `found` and `cure` where there is one.
public struct Prerequisite: Codable, Hashable, Sendable {
    /// What was looked at.
    public enum Name: String, Codable, Sendable, CaseIterable {
        /// Rights of root.
        case root
        /// OpenSSH's `ssh`, which carries the tunnel.
        case opensshClient = "openssh-client"
        /// `ssh-keygen`, which some systems package apart.
        case sshKeygen = "ssh-keygen"
        /// OpenSSH's `sshd`.
        case opensshServer = "openssh-server"
        /// An answer from sshd on loopback, where tunnels come out.
        case sshdRunning = "sshd-running"
        /// Whether sshd lets root in with a key.
        case rootLogin = "root-login"
        /// `autossh`, which keeps the tunnel up.
        case autossh
        /// `chpasswd` and a writable /etc, to set root's password.
        case chpasswd
        /// systemd as init, for the agent's service.
        case systemd
        /// The device's key pair.
        case keyPair = "key-pair"
        /// The clock.
        case clock
        /// Whether the server's name resolves.
        case dns
        /// Whether the server answers.
        case server
        /// The accounts that the gateway's sshd uses.
        case accounts
    }

    /// What became of the check.
    public enum Verdict: String, Codable, Sendable, CaseIterable {
        /// As it must be.
        case ok
        /// Works, but somebody should know.
        case warning
        /// watchman cannot work like this.
        case failed
    }

    /// What `install` can do about it.
    enum Remedy: Hashable, Sendable {
        case install(SystemPackage)
        case startSSHD
    }

    /// What was looked at.
    public let name: Name
    /// The verdict.
    public let verdict: Verdict
    /// Version or state that was found, or nil if there is nothing.
    public let found: String?
    /// The finding in words.
    public let detail: String
    /// The command line that mends it, or nil if nothing needs mending or no command can.
    public let cure: String?
    /// The same for `Prerequisites.install`; not part of the JSON form.
    var remedy: Remedy?

    private enum CodingKeys: CodingKey {
        case name, verdict, found, detail, cure
    }

    init(
        _ name: Name, _ verdict: Verdict, found: String? = nil, _ detail: String, cure: String? = nil,
        remedy: Remedy? = nil
    ) {
        self.name = name
        self.verdict = verdict
        self.found = found
        self.detail = detail
        self.cure = cure
        self.remedy = remedy
    }
}

/// What all checks found.
public struct PrerequisiteReport: Codable, Hashable, Sendable {
    /// What the machine was judged for.
    public let role: Prerequisites.Role
    /// Whether nothing failed.
    public let isReady: Bool
    /// One entry for each check, always in the same order.
    public let checks: [Prerequisite]

    init(role: Prerequisites.Role, checks: [Prerequisite]) {
        self.role = role
        self.isReady = checks.allSatisfy { $0.verdict != .failed }
        self.checks = checks
    }
}
