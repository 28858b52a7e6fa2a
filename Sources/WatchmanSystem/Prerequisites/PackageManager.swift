/// The package manager of this machine.
struct PackageManager: Hashable, Sendable {
    /// The package managers that watchman knows. Where two are there, the one that serves the distribution counts, else the first.
    enum Kind: String, CaseIterable, Sendable {
        case apt, dnf, yum, zypper, pacman, apk, opkg

        /// The program.
        var program: String { self == .apt ? "apt-get" : self.rawValue }

        /// Names that os-release(5) gives the distributions it serves, in ID or ID_LIKE.
        var distributions: Set<String> {
            switch self {
            case .apt: ["debian", "ubuntu"]
            case .dnf, .yum: ["fedora", "rhel", "centos"]
            case .zypper: ["suse", "opensuse", "sles"]
            case .pacman: ["arch"]
            case .apk: ["alpine"]
            case .opkg: ["openwrt"]
            }
        }
    }

    /// Which it is.
    let kind: Kind
    /// Whether autossh is only in the EPEL repository: RHEL and its kin, but not Fedora.
    let needsEPEL: Bool

    init(_ kind: Kind, needsEPEL: Bool = false) {
        self.kind = kind
        self.needsEPEL = needsEPEL
    }

    /// Finds the package manager; nil if there is none that watchman knows.
    init?(release: OSRelease, find: (String) -> String?) {
        let present = Kind.allCases.filter { find($0.program) != nil }
        let serving = present.first { !$0.distributions.isDisjoint(with: release.ids) }
        guard let kind = serving ?? present.first else { return nil }
        self.init(kind, needsEPEL: [.dnf, .yum].contains(kind) && release.ids.first != "fedora")
    }

    /// Brings the list of packages up to date; nil where installing does that by itself.
    var refresh: Command? {
        switch self.kind {
        case .apt, .opkg: Command(self.kind.program, ["update"])
        case .dnf, .yum, .zypper, .pacman, .apk: nil
        }
    }

    /// The commands that install packages, each named once, without asking questions.
    func install(_ packages: [SystemPackage]) -> [Command] {
        var names: [String] = []
        for name in packages.map({ $0.name(for: self.kind) }) where !names.contains(name) { names.append(name) }
        let repository = self.needsEPEL && packages.contains(.autossh) ? [self.install(["epel-release"])] : []
        return repository + [self.install(names)]
    }

    private func install(_ names: [String]) -> Command {
        let arguments =
            switch self.kind {
            case .apt, .dnf, .yum: ["install", "-y"]
            case .zypper: ["--non-interactive", "install"]
            case .pacman: ["-S", "--noconfirm"]
            case .apk: ["add", "--update-cache"]
            case .opkg: ["install"]
            }
        return Command(self.kind.program, arguments + names)
    }

    /// The command as watchman runs it: apt must not ask, and waits up to 5 minutes for the upgrades that run after a first boot.
    func unattended(_ command: Command) -> Command {
        guard self.kind == .apt else { return command }
        return Command(
            command.executable, ["-o", "DPkg::Lock::Timeout=300"] + command.arguments,
            environment: ["DEBIAN_FRONTEND": "noninteractive"])
    }
}
