extension Command {
    /// ssh(1). The caller puts `--` before the host.
    public static func ssh(_ arguments: [String]) -> Command { Command("ssh", arguments) }

    /// ssh(1) that runs a command as root on a device, with nobody there to answer questions. ssh joins the words with blanks, and the
    /// device's shell reads the line.
    public static func ssh(configuration: String, device: String, command: [String]) -> Command {
        let options = ["BatchMode=yes", "ConnectTimeout=15", "ServerAliveInterval=15"]
        return .ssh(
            ["-F", configuration, "-T", "-l", "root"] + options.flatMap { ["-o", $0] } + [
                "--", SSHConfiguration.alias(device),
            ] + command)
    }
}
