public import Foundation

/// Judges whether this machine has what watchman needs, and mends what a package manager can mend.
public struct Prerequisites: Sendable {
    /// What the machine is to be.
    public enum Role: String, Codable, Sendable, CaseIterable {
        /// A device behind NAT.
        case edge
        /// The server and its gateway.
        case server
    }

    /// The server that a device is going to use.
    public struct Contact: Sendable {
        let host: String
        let port: Int
        let clock: @Sendable () async throws -> Date

        /// Names a server; `clock` asks it for the time, within a deadline of its own, and throws a `WatchmanError` if it
        /// cannot be reached.
        public init(host: String, port: Int, clock: @escaping @Sendable () async throws -> Date) {
            self.host = host
            self.port = port
            self.clock = clock
        }
    }

    let role: Role
    let processes: any ProcessRunner
    let keyFolder: String
    let contact: Contact?
    let host: HostProbes
    let packages: PackageManager?

    /// Prepares the checks of a role; `keyFolder` is where the device's key pair is or will be.
    public init(
        role: Role, processes: any ProcessRunner, keyFolder: String = "/root/Secure-Tunnel", contact: Contact? = nil
    ) {
        let release = HostFacts(processes: processes).release
        self.init(
            role: role, processes: processes, keyFolder: keyFolder, contact: contact, host: .live,
            packages: PackageManager(release: release, find: HostProbes.live.find))
    }

    init(
        role: Role, processes: any ProcessRunner, keyFolder: String, contact: Contact?, host: HostProbes,
        packages: PackageManager?
    ) {
        self.role = role
        self.processes = processes
        self.keyFolder = keyFolder
        self.contact = contact
        self.host = host
        self.packages = packages
    }

    /// Makes every check of the role. Changes nothing, and never fails itself.
    public func check() async -> PrerequisiteReport {
        let checks =
            switch self.role {
            case .edge: await self.edgeChecks()
            case .server: await self.serverChecks()
            }
        return PrerequisiteReport(role: self.role, checks: checks)
    }

    private func edgeChecks() async -> [Prerequisite] {
        let client = await self.openSSH(
            .opensshClient, "ssh", .sshVersion, atLeast: OpenSSHVersion(7, 4), .opensshClient)
        let server = await self.openSSH(
            .opensshServer, "sshd", .sshdVersion, atLeast: OpenSSHVersion(7, 4), .opensshServer)
        return [self.rootRights(neededBy: "register"), client, self.keygen(), server] + (await self.sshdChecks())
            + [await self.autossh(), self.chpasswd(), await self.systemd(), self.keyPair()]
            + (await self.networkChecks())
    }

    private func serverChecks() async -> [Prerequisite] {
        [
            self.rootRights(neededBy: "serve"),
            await self.openSSH(.opensshClient, "ssh", .sshVersion, atLeast: OpenSSHVersion(7, 4), .opensshClient),
            // permitlisten, which ties a device to its port, came with 7.8.
            await self.openSSH(.opensshServer, "sshd", .sshdVersion, atLeast: OpenSSHVersion(7, 8), .opensshServer),
            self.accounts(),
            self.clock(serverClock: nil),
        ]
    }
}
