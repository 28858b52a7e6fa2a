import WatchmanCore

extension Prerequisites {
    /// Whether a program is there, is OpenSSH's and is not too old.
    func openSSH(
        _ name: Prerequisite.Name, _ program: String, _ question: Command, atLeast oldest: OpenSSHVersion,
        _ package: SystemPackage
    ) async -> Prerequisite {
        guard self.host.find(program) != nil else { return self.missing(name, program, package) }
        let result: CommandResult
        do { result = try await self.processes.run(question) } catch { return self.broken(name, error) }
        guard let line = OpenSSHVersion.line(in: result), let version = OpenSSHVersion(line: line) else {
            let found = OpenSSHVersion.lines(of: result).first
            return self.replace(name, found: found, "\(program) is not OpenSSH's, which watchman needs", package)
        }
        let found = OpenSSHVersion.shortText(of: line)
        guard version >= oldest else {
            return self.replace(name, found: found, "too old: OpenSSH \(oldest) or newer is needed", package)
        }
        return Prerequisite(name, .ok, found: found, "OpenSSH \(oldest) or newer")
    }

    /// Whether ssh-keygen is there; it has no version to ask for.
    func keygen() -> Prerequisite {
        guard let path = self.host.find("ssh-keygen") else { return self.missing(.sshKeygen, "ssh-keygen", .sshKeygen) }
        return Prerequisite(.sshKeygen, .ok, found: path, "makes the key pair")
    }

    /// Whether autossh is there.
    func autossh() async -> Prerequisite {
        guard self.host.find("autossh") != nil else { return self.missing(.autossh, "autossh", .autossh) }
        do {
            let result = try await self.processes.run(.autosshVersion)
            let line = OpenSSHVersion.lines(of: result).first { $0.utf8.starts(with: "autossh ".utf8) }
            let version = line.map { String(decoding: $0.utf8.dropFirst("autossh ".utf8.count), as: UTF8.self) }
            return Prerequisite(.autossh, .ok, found: version, "keeps the tunnel up")
        } catch {
            return self.broken(.autossh, error)
        }
    }

    /// Whether root's password can be set: chpasswd is there, and /etc can be written.
    func chpasswd() -> Prerequisite {
        guard let path = self.host.find("chpasswd") else { return self.missing(.chpasswd, "chpasswd", .chpasswd) }
        guard !self.host.isRoot() || self.host.isWritable("/etc") else {
            return Prerequisite(
                .chpasswd, .failed, found: path, "/etc is read-only, so root's password cannot be set",
                cure: "mount -o remount,rw /")
        }
        return Prerequisite(.chpasswd, .ok, found: path, "sets root's password")
    }

    /// Whether systemd is init (sd_booted(3)), so that the agent can be a service.
    func systemd() async -> Prerequisite {
        guard self.hasSystemd, self.host.find("systemctl") != nil else {
            return Prerequisite(
                .systemd, .failed, "systemd does not run this machine, so the agent cannot be its service")
        }
        do {
            // `systemd 252 (252.39-1~deb12u1)`
            let words = try await self.processes.check(.systemctl("--version")).output.utf8.split { ASCII.isSpace($0) }
            let version =
                words.count > 1 ? OutsideText.clean(String(decoding: words[1], as: UTF8.self), limit: 64) : nil
            return Prerequisite(.systemd, .ok, found: version, "runs the agent")
        } catch {
            return self.broken(.systemd, error)
        }
    }

    /// Whether systemd runs this machine.
    var hasSystemd: Bool { self.host.exists("/run/systemd/system") }

    private func missing(_ name: Prerequisite.Name, _ program: String, _ package: SystemPackage) -> Prerequisite {
        self.replace(name, found: nil, "\(program) is not installed", package)
    }

    private func replace(
        _ name: Prerequisite.Name, found: String?, _ detail: String, _ package: SystemPackage
    ) -> Prerequisite {
        let isInEPEL = package == .autossh && self.packages?.needsEPEL == true
        let commands = self.packages.map { [$0.refresh].compactMap { $0 } + $0.install([package]) }
        let cure = commands.map { $0.map(\.description).joined(separator: " && ") }
        return Prerequisite(
            name, .failed, found: found, isInEPEL ? "\(detail); it is in the EPEL repository" : detail, cure: cure,
            remedy: .install(package))
    }

    private func broken(_ name: Prerequisite.Name, _ error: any Error) -> Prerequisite {
        Prerequisite(name, .failed, Self.words(for: error))
    }

    /// An error as one harmless line.
    static func words(for error: any Error) -> String { OutsideText.clean("\(error)", limit: 300) }
}
