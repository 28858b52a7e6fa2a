public import WatchmanCore

extension Command {
    /// systemctl(1).
    public static func systemctl(_ arguments: String...) -> Command { Command("systemctl", arguments) }

    /// chpasswd(8): account and password go to standard input, so no other process can see them.
    public static func chpasswd(_ account: String, _ password: Secret) -> Command {
        Command("chpasswd", input: Array("\(account):\(password.revealed)\n".utf8))
    }

    /// ssh-keygen(1) that makes a key pair without a passphrase. RSA keys are written as PEM, which we can read back.
    public static func makeKey(type: String, path: String, comment: String) -> Command {
        let format = type == "rsa" ? ["-b", "3072", "-m", "PEM"] : []
        return Command("ssh-keygen", ["-q", "-t", type] + format + ["-N", "", "-C", comment, "-f", path])
    }
}
