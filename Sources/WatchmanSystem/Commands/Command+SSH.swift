extension Command {
    /// ssh(1). The caller puts `--` before the host.
    public static func ssh(_ arguments: [String]) -> Command { Command("ssh", arguments) }
}
