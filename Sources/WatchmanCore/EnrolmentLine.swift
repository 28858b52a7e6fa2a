/// The one line that enrols a bare device.
public enum EnrolmentLine {
    /// The line for a server whose HTTPS key has this pin. curl checks a pinned key even where it is told to believe any certificate
    /// (`-k`), and gives nothing to the shell if it is another.
    public static func text(token: String, server: String, keyPin: String) -> String {
        "echo \(token) | sudo sh -c \"$(curl -fsSk --pinnedpubkey sha256//\(keyPin) \(server)/enrol.sh)\""
    }
}
