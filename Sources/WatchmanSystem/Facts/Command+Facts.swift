extension Command {
    /// `ssh -V`: the version, on standard error.
    static let sshVersion = Command("ssh", ["-V"])

    /// `sshd -V`: the version, on standard error. Older releases do not know the option, but their usage names the version too.
    static let sshdVersion = Command("sshd", ["-V"])

    /// `sshd -T`: the settings that hold for a login of root from this machine.
    ///
    /// Some releases (7.7 is one) refuse to answer without `-C` as soon as the configuration has a `Match` block.
    static let sshdSettings = Command(
        "sshd", ["-T", "-C", "user=root,host=localhost,addr=127.0.0.1,laddr=127.0.0.1,lport=22"])
}
