import Foundation
import Glibc
public import Logging
public import ServiceLifecycle
import WatchmanCore
public import WatchmanSystem

/// Keeps the gateway's sshd running.
///
/// sshd is a daemon of its own: it and every tunnel outlive this process, and the next one adopts it by its pid file.
public struct GatewayDaemon: Service {
    private let settings: GatewaySettings
    private let processes: any ProcessRunner
    private let logger: Logger

    /// Creates the supervisor; `prepare` comes first.
    public init(settings: GatewaySettings, processes: any ProcessRunner, logger: Logger) {
        self.settings = settings
        self.processes = processes
        self.logger = logger
    }

    /// Writes the files that sshd needs and starts it, or adopts the one that runs, telling it to re-read what changed.
    ///
    /// - Throws: `WatchmanError`: `configuration` when a user is missing or sshd refuses its configuration, `unavailable` when the
    ///   port is taken.
    public func prepare(identity: GatewayIdentity) async throws {
        try self.checkAccounts()
        let changed = try self.writeFiles(identity, await OpenSSHVersion.sshd(self.processes))
        let sshd = try await self.checkConfiguration()
        if let pid = self.runningPID {
            try WholeFile.write("\(pid)\n", to: self.settings.pidFile, mode: 0o644)
            if changed { Processes.signal(pid, SIGHUP) }
            self.logger.info("gateway sshd adopted", metadata: ["pid": "\(pid)", "reloaded": "\(changed)"])
        } else {
            try await self.start(sshd)
        }
    }

    /// Looks after sshd once a second until asked to stop. The sshd itself stays.
    public func run() async throws {
        await Repeating.every(.seconds(1)) {
            if self.runningPID == nil { await self.restart() }
        }
    }

    /// The daemon by its pid file, or, when that is lost, the topmost sshd that was started with our configuration.
    private var runningPID: pid_t? {
        let mark = self.settings.configurationFile
        if let pid = Processes.running(pidFile: self.settings.pidFile, mark: mark) { return pid }
        let ours = Processes.all().filter {
            Processes.name(of: $0) == "sshd" && Processes.commandLine(of: $0)?.contains(mark) == true
        }
        return ours.first { pid in Processes.parent(of: pid).map { !ours.contains($0) } ?? false }
    }

    private func checkAccounts() throws {
        for user in [self.settings.edgeUser, self.settings.jumpUser, self.settings.keysUser]
        where Accounts.user(user) == nil {
            throw WatchmanError(
                .configuration, "the user \(user) does not exist on this machine", hint: "sudo ./install.sh --server")
        }
    }

    private func writeFiles(_ identity: GatewayIdentity, _ version: OpenSSHVersion?) throws -> Bool {
        let files: [(String, String, mode_t)] = [
            (self.settings.hostKeyFile, identity.hostKey.revealed, 0o600),
            (self.settings.hostCertificateFile, identity.hostCertificate + "\n", 0o644),
            (self.settings.userAuthorityFile, identity.userAuthority.line + "\n", 0o644),
            (self.settings.configurationFile, SSHDConfiguration.text(self.settings, version), 0o644),
        ]
        var changed = false
        for (path, content, mode) in files where try WholeFile.read(path) != Data(content.utf8) {
            try WholeFile.write(content, to: path, mode: mode)
            changed = true
        }
        return changed
    }

    /// A bad configuration kills the listener at the next SIGHUP, so it is tried before.
    private func checkConfiguration() async throws -> String {
        guard let sshd = Executables.find("sshd") else {
            throw WatchmanError(
                .configuration, "sshd is not installed", hint: "watchman prereqs --role server --install")
        }
        // sshd started by root needs its privilege separation folder.
        if Accounts.isRoot { try WholeFile.makeFolder("/run/sshd", mode: 0o755) }
        let result = try await self.processes.run(.sshdTest(sshd, configuration: self.settings.configurationFile))
        guard result.succeeded else {
            throw WatchmanError(
                .configuration,
                "sshd refuses \(self.settings.configurationFile): \(result.lastError ?? "no reason given")")
        }
        return sshd
    }

    private func start(_ sshd: String) async throws {
        let size = self.logSize
        try await self.processes.check(
            .sshdStart(sshd, configuration: self.settings.configurationFile, log: self.settings.logFile))
        // sshd leaves for the background before it listens, and writes its pid file once it does: only that proves that it got its port.
        for _ in 0..<250 {
            if let pid = Processes.running(pidFile: self.settings.pidFile, mark: self.settings.configurationFile) {
                self.logger.info("gateway sshd started", metadata: ["pid": "\(pid)", "port": "\(self.settings.port)"])
                return
            }
            if let problem = self.problem(since: size) { throw problem }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw WatchmanError(.unavailable, "sshd did not start: see \(self.settings.logFile)")
    }

    private func restart() async {
        self.logger.warning("gateway sshd is gone, starting it again")
        do {
            try await self.start(try await self.checkConfiguration())
        } catch {
            self.logger.error("gateway sshd does not start", metadata: ["cause": "\(error)"])
        }
    }

    private func problem(since offset: Int) -> WatchmanError? {
        guard let log = try? WholeFile.read(self.settings.logFile) else { return nil }
        let text = String(decoding: log.dropFirst(offset), as: UTF8.self)
        guard text.contains("Cannot bind any address") else { return nil }
        return WatchmanError(
            .unavailable, "cannot listen on the gateway port \(self.settings.port): address already in use",
            hint: "ss -ltnp sport = :\(self.settings.port)")
    }

    private var logSize: Int {
        (try? FileManager.default.attributesOfItem(atPath: self.settings.logFile)[.size] as? Int) ?? 0
    }
}
