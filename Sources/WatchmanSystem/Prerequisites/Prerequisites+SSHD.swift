import WatchmanCore

extension Prerequisites {
    /// Whether sshd answers where tunnels come out, and whether it would let root in with a key.
    func sshdChecks() async -> [Prerequisite] {
        guard self.host.find("sshd") != nil else {
            let detail = "sshd is not installed"
            return [
                Prerequisite(.sshdRunning, .failed, detail, cure: self.startSSHD.description, remedy: .startSSHD),
                Prerequisite(.rootLogin, .warning, "cannot tell: \(detail)"),
            ]
        }
        do {
            let settings = try await HostFacts(processes: self.processes).sshdSettings()
            return [await self.sshdRunning(settings), self.rootLogin(settings)]
        } catch {
            let cure = self.host.isRoot() ? nil : "sudo watchman prereqs"
            return [
                await self.sshdRunning(SSHDSettings(parsing: "")),
                Prerequisite(.rootLogin, .warning, "cannot tell: \(Self.words(for: error))", cure: cure),
            ]
        }
    }

    private func sshdRunning(_ settings: SSHDSettings) async -> Prerequisite {
        let place = "127.0.0.1:\(settings.port)"
        let banner = await self.host.banner(settings.port)
        if let banner {
            // Other servers, such as Dropbear, do not know certificates.
            let isOpenSSH = banner.utf8.starts(with: "SSH-2.0-OpenSSH_".utf8)
            let detail = isOpenSSH ? "answers on \(place)" : "what answers on \(place) is not OpenSSH's sshd"
            return Prerequisite(
                .sshdRunning, isOpenSSH ? .ok : .failed, found: OutsideText.clean(banner, limit: 64), detail)
        }
        guard settings.listensOnLoopback else {
            return Prerequisite(
                .sshdRunning, .failed, "ListenAddress leaves 127.0.0.1 out, where tunnels come out",
                cure: self.edit(["ListenAddress 127.0.0.1"], then: "restart"))
        }
        return Prerequisite(
            .sshdRunning, .failed, found: await self.unitState(), "nothing answers on \(place)",
            cure: self.startSSHD.description, remedy: .startSSHD)
    }

    private func rootLogin(_ settings: SSHDSettings) -> Prerequisite {
        let refusals = settings.rootRefusals
        guard !refusals.isEmpty else {
            return Prerequisite(
                .rootLogin, .ok, found: settings["permitrootlogin"].first.map { OutsideText.clean($0, limit: 64) },
                "sshd lets root in with a key")
        }
        let directives = refusals.compactMap(\.directive)
        return Prerequisite(
            .rootLogin, .failed, "sshd keeps root out: \(refusals.map(\.words).joined(separator: ", "))",
            cure: directives.count == refusals.count ? self.edit(directives, then: "reload") : nil)
    }

    /// `active`, `inactive`, `failed` and so on, as systemd has it.
    private func unitState() async -> String? {
        guard self.hasSystemd else { return nil }
        let state = try? await self.processes.run(.systemctl("is-active", self.unit)).output
        return state.map { OutsideText.clean($0, limit: 64) }
    }

    /// Lines go to the top, because sshd takes the first value it meets (sshd_config(5)); AllowUsers and ListenAddress add up.
    private func edit(_ directives: [String], then verb: String) -> String {
        let edits = directives.map { "-e '1i \($0)'" }.joined(separator: " ")
        return "sed -i \(edits) /etc/ssh/sshd_config && \(self.service(verb))"
    }

    /// Starts sshd now and at every boot.
    var startSSHD: Command { self.hasSystemd ? .systemctl("enable", "--now", self.unit) : self.service("start") }

    private func service(_ verb: String) -> Command {
        self.hasSystemd ? .systemctl(verb, self.unit) : Command("/etc/init.d/\(self.unit)", [verb])
    }

    /// Debian and its kin call it ssh; sshd is an alias there that comes and goes with `enable`.
    private var unit: String { self.packages?.kind == .apt ? "ssh" : "sshd" }
}
