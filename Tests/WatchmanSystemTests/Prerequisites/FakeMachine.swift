import Foundation
import TestSupport
import WatchmanCore

@testable import WatchmanSystem

/// A machine made of answers. As it stands, it is a device that is ready.
struct FakeMachine: Sendable {
    var isRoot = true
    var programs: Set<String> = ["ssh", "ssh-keygen", "sshd", "autossh", "chpasswd", "systemctl"]
    var accounts: Set<String> = ["wm-edge", "wm-jump", "wm-keys"]
    var paths: Set<String> = ["/run/systemd/system"]
    var isReadOnly = false
    var banners = [22: "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r"]
    var names = ["tower.example": ["192.0.2.10", "2001:db8::10"]]
    var now = Date(timeIntervalSince1970: 1_790_000_000)
    var packages: PackageManager? = PackageManager(.apt)
    var answers: [Command: CommandResult] = [
        .sshVersion: CommandResult(status: 0, errors: "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.19 27 Jan 2026\n"),
        .sshdVersion: CommandResult(status: 0, errors: "OpenSSH_9.2, OpenSSL 3.0.19 27 Jan 2026\n"),
        .sshdSettings: CommandResult(status: 0, output: SSHDSettingsTests.debian),
        .autosshVersion: CommandResult(status: 0, output: "autossh 1.4g\n"),
        .systemctl("--version"): CommandResult(status: 0, output: "systemd 252 (252.39-1~deb12u2)\n+PAM +AUDIT\n"),
    ]

    var probes: HostProbes {
        HostProbes(
            isRoot: { self.isRoot },
            find: { self.programs.contains($0) ? "/usr/bin/\($0)" : nil },
            hasAccount: { self.accounts.contains($0) },
            exists: { self.paths.contains($0) },
            isWritable: { _ in !self.isReadOnly },
            banner: { self.banners[$0] },
            resolve: { host in
                guard let addresses = self.names[host] else {
                    throw WatchmanError(.unavailable, "cannot resolve \(host): name or service not known")
                }
                return addresses
            },
            now: { self.now })
    }

    func prerequisites(
        _ role: Prerequisites.Role = .edge, runner: RecordingProcessRunner? = nil,
        contact: Prerequisites.Contact? = nil
    ) -> Prerequisites {
        Prerequisites(
            role: role, processes: runner ?? RecordingProcessRunner(self.answers), keyFolder: "/root/Secure-Tunnel",
            contact: contact, host: self.probes, packages: self.packages)
    }

    /// The check of this name on this machine.
    func check(
        _ name: Prerequisite.Name, _ role: Prerequisites.Role = .edge, contact: Prerequisites.Contact? = nil
    ) async -> Prerequisite? {
        await self.prerequisites(role, contact: contact).check().checks.first { $0.name == name }
    }
}
