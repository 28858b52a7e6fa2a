/// A package that watchman needs, named by its program, whatever the distribution calls it.
enum SystemPackage: String, CaseIterable, Sendable {
    case opensshClient = "ssh"
    case opensshServer = "sshd"
    case sshKeygen = "ssh-keygen"
    case autossh
    case chpasswd

    /// What a package manager's distributions call it.
    func name(for manager: PackageManager.Kind) -> String {
        switch (self, manager) {
        case (.autossh, _): "autossh"
        case (_, .pacman) where self != .chpasswd: "openssh"
        // Releases differ in how they split it; this name pulls in every part on all of them.
        case (_, .zypper) where self != .chpasswd: "openssh"
        case (.opensshClient, .dnf), (.opensshClient, .yum): "openssh-clients"
        case (.opensshClient, _), (.sshKeygen, .apt): "openssh-client"
        case (.opensshServer, _): "openssh-server"
        case (.sshKeygen, .dnf), (.sshKeygen, .yum): "openssh"
        case (.sshKeygen, _): "openssh-keygen"
        case (.chpasswd, .apt): "passwd"
        case (.chpasswd, .dnf), (.chpasswd, .yum): "shadow-utils"
        case (.chpasswd, .opkg): "shadow-chpasswd"
        case (.chpasswd, _): "shadow"
        }
    }
}
