import Foundation
import Glibc
import WatchmanAgent
import WatchmanClient
import WatchmanCore
import WatchmanSystem

/// A device: an sshd of its own on loopback, enrolled with a server by the code that `register` runs, and the real agent.
///
/// `register` itself would change root's files; everything here is in the test's folder.
struct DeviceFixture: Sendable {
    let server: ServerFixture
    let folder: String
    let sshd: PrivateSSHD
    let site: EdgeSite
    let enrolment: Enrolment

    var id: String { self.enrolment.deviceID }
    var name: String { self.enrolment.name }
    /// The dedicated port on the gateway.
    var port: Int { self.enrolment.port }
    var keyFile: String { KeyType.ed25519.file(self.site) }

    /// Starts an sshd and enrols it as a device.
    static func enrol(_ server: ServerFixture, _ hostname: String, url: String? = nil, proxy: HTTPProxy? = nil)
        async throws -> DeviceFixture
    {
        let folder = "\(server.folder)/device-\(RandomText.identifier(4))"
        let sshd = try await PrivateSSHD.start(server.scratch, folder: folder, port: server.sparePort())
        let site = EdgeSite(
            folder: "\(folder)/agent", runtimeFolder: "\(folder)/agent/run", authorizedKeys: sshd.authorizedKeys,
            sshd: .init(
                port: sshd.port, hostKeys: [sshd.hostKey.publicKey], hostname: hostname,
                hostKeyFiles: [sshd.hostKeyFile], userKeys: sshd.userKeys), unitFolder: nil)
        let token = try await server.token()
        let wishes = Enroller.Wishes(
            server: try ServerURL(url ?? server.url), name: nil, keyType: .ed25519, escrowsRootPassword: false,
            proxy: proxy)
        let outcome = try await Enroller(site: site, processes: SystemProcessRunner()) { _ in }
            .enrol(wishes) { token }
        return DeviceFixture(
            server: server, folder: folder, sshd: sshd, site: site, enrolment: outcome.configuration.enrolment)
    }

    /// The same with its agent running and its tunnel up.
    static func online(_ server: ServerFixture, _ hostname: String) async throws -> DeviceFixture {
        let device = try await Self.enrol(server, hostname)
        _ = try device.startAgent()
        try await device.waitUntilOnline()
        return device
    }

    /// Starts the agent.
    func startAgent() throws -> Program {
        try self.server.scratch.start(
            [self.server.scratch.binary, "agent", "--folder", self.site.folder], isLogged: true)
    }

    /// Waits until the tunnel is up and the server, which looks twice a second, has seen it.
    func waitUntilOnline() async throws {
        try await Wait.until("\(self.name) to be online") {
            let state = try await self.summary?.state
            return state == .online && SocketTable.read().ports.contains(self.port)
        }
    }

    /// Ends the agent and starts it again, so that it checks in at once.
    func restart(_ agent: Program) async throws -> Program {
        await agent.end()
        return try self.startAgent()
    }

    /// All that the server knows of it.
    var detail: DeviceDetail {
        get async throws { try await self.server.api { try await $0.get("/api/v1/devices/\(self.id)") } }
    }

    /// The server's row.
    var summary: DeviceSummary? {
        get async throws { try await self.server.devices().first { $0.id == self.id } }
    }
}

/// An sshd on loopback that knows no password and one authorized_keys file for each user.
struct PrivateSSHD: Sendable {
    let folder: String
    let port: Int
    let hostKey: SSHPrivateKey
    private let program: Program
    private let scratch: Scratch

    /// Folder of the authorized_keys files.
    var userKeys: String { "\(self.folder)/keys" }
    var authorizedKeys: String { "\(self.userKeys)/root" }
    var hostKeyFile: String { "\(self.folder)/host_key.pub" }
    /// What it has logged.
    var log: String { (try? String(contentsOfFile: "\(self.folder)/sshd.log", encoding: .utf8)) ?? "" }

    /// Starts one and waits until it answers.
    static func start(
        _ scratch: Scratch, folder: String, port: Int, hostKey: SSHPrivateKey = .generate(), isImpostor: Bool = false,
        environment: [String: String] = [:]
    ) async throws -> PrivateSSHD {
        try WholeFile.makeFolder(folder, mode: 0o755)
        // Each user's file is made with that user's rights.
        try WholeFile.makeFolder("\(folder)/keys", mode: 0o777)
        if !isImpostor {
            try WholeFile.write(hostKey.publicKey.line + "\n", to: "\(folder)/host_key.pub", mode: 0o644)
        }
        try WholeFile.makeFolder("/run/sshd", mode: 0o755)
        try WholeFile.write(hostKey.text, to: "\(folder)/host_key", mode: 0o600)
        let configuration = "\(folder)/sshd_config"
        try WholeFile.write(Self.configuration(folder, port), to: configuration, mode: 0o600)
        let log = "\(folder)/sshd.log"
        // sshd insists on its own absolute path.
        let path = Executables.find("sshd") ?? "/usr/sbin/sshd"
        let program = try scratch.start([path, "-D", "-f", configuration, "-E", log], environment: environment)
        scratch.explain(log)
        scratch.later { await Processes.endFamily(program.pid) }
        try await Wait.until("sshd on port \(port)") {
            guard program.ended == nil else {
                throw WatchmanError(.unavailable, "sshd ended: \(program.soFar.errorText)")
            }
            return LoopbackTCP.answers(port)
        }
        return PrivateSSHD(folder: folder, port: port, hostKey: hostKey, program: program, scratch: scratch)
    }

    /// Ends it, and what it started.
    func end() async { await Processes.endFamily(self.program.pid) }

    /// Ends it and starts another on the same port that has another host key; the agent does not see an impostor's.
    func replacedWithOtherKey(isImpostor: Bool = true) async throws -> PrivateSSHD {
        await Processes.endFamily(self.program.pid)
        _ = try await self.program.wait(within: .seconds(60))
        return try await Self.start(self.scratch, folder: self.folder, port: self.port, isImpostor: isImpostor)
    }

    /// Ends it and starts it again with variables added to its environment.
    func restarted(environment: [String: String]) async throws -> PrivateSSHD {
        await Processes.endFamily(self.program.pid)
        _ = try await self.program.wait(within: .seconds(60))
        return try await Self.start(
            self.scratch, folder: self.folder, port: self.port, hostKey: self.hostKey, environment: environment)
    }

    private static func configuration(_ folder: String, _ port: Int) -> String {
        """
        Port \(port)
        ListenAddress 127.0.0.1
        HostKey \(folder)/host_key
        PidFile none
        AuthorizedKeysFile \(folder)/keys/%u
        StrictModes no
        UsePAM no
        PermitRootLogin prohibit-password
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        MaxStartups 100
        LogLevel VERBOSE
        Subsystem sftp internal-sftp

        """
    }
}
