extension Command {
    /// `autossh -V`: prints `autossh 1.4g`.
    static let autosshVersion = Command("autossh", ["-V"])
}
