extension Command {
    /// ssh(1). The caller puts `--` before the host.
    public static func ssh(_ arguments: [String]) -> Command { Command("ssh", arguments) }

    /// ssh(1) that asks `program` for passwords (SSH_ASKPASS) instead of the terminal. OpenSSH 8.4 and later heed the second variable.
    public static func ssh(_ arguments: [String], askpass program: String, _ variable: (name: String, value: String))
        -> Command
    {
        Command(
            "ssh", arguments,
            environment: ["SSH_ASKPASS": program, "SSH_ASKPASS_REQUIRE": "force", variable.name: variable.value])
    }

    /// ssh-add(1) that lists the public keys of the agent.
    public static let agentKeys = Command("ssh-add", ["-L"])

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
