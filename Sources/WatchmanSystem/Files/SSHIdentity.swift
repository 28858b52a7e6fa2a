/// Which key ssh proves itself with.
public enum SSHIdentity: Hashable, Sendable {
    /// `id_ed25519` of the folder with the certificates, which is nobody else's; no agent is asked.
    case own
    /// A person's key file. Its private half is there, in a token or in the agent: ssh finds it.
    case file(String)
    /// A key that the agent holds; `identity.pub` of the folder says which.
    case agent

    /// The lines of an ssh_config(5) block.
    func lines(_ folder: String) -> String {
        switch self {
        case .own: "    IdentityFile \(folder)/id_ed25519\n    IdentityAgent none"
        case .file(let path): "    IdentityFile \(path)"
        case .agent: "    IdentityFile \(folder)/identity.pub"
        }
    }
}
