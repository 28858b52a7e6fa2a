extension Command {
    /// Checks a configuration (`sshd -t`). sshd insists on its own absolute path.
    public static func sshdTest(_ sshd: String, configuration: String) -> Command {
        Command(sshd, ["-t", "-f", configuration])
    }

    /// Starts sshd as a daemon that logs to a file. Paths are absolute, or SIGHUP would kill the listener.
    public static func sshdStart(_ sshd: String, configuration: String, log: String) -> Command {
        Command(sshd, ["-f", configuration, "-E", log])
    }
}
