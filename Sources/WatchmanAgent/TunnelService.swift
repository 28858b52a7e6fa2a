import Glibc
import Logging
import ServiceLifecycle
import WatchmanCore
import WatchmanSystem

/// Keeps autossh running, which keeps ssh running.
struct TunnelService: Service {
    let membership: Membership
    let site: EdgeSite
    let processes: SystemProcessRunner
    let board: StatusBoard
    let logger: Logger

    func run() async throws {
        await self.endLeftover()
        await Repeating.every(.seconds(1)) {
            let (configuration, end) = self.membership.follow()
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.hold(configuration.route(self.site)) }
                group.addTask { for await _ in end {} }
                await group.next()
                group.cancelAll()
            }
        }
    }

    private func hold(_ route: TunnelRoute) async {
        self.board.tunnel(.connecting, reason: self.board.current.reason)
        do {
            let command = Command.autossh(route, pidFile: self.site.autosshPIDFile)
            let status = try await self.processes.supervise(command) { self.note($0) }
            // autossh ends for good when ssh exits 0, and when its own limits are reached.
            let reason = self.board.current.reason ?? "autossh ended with status \(status)"
            self.board.tunnel(.stopped, reason: Task.isCancelled ? nil : reason)
        } catch {
            self.board.tunnel(.stopped, reason: "\(error)")
            self.logger.error("tunnel cannot be started", metadata: ["cause": "\(error)"])
        }
    }

    /// Ends an autossh that an agent left behind when it was killed without systemd's help.
    private func endLeftover() async {
        let mark = self.membership.configuration.keyFile
        guard let pid = Processes.running(pidFile: self.site.autosshPIDFile, mark: mark) else { return }
        Processes.signal(pid, SIGTERM)
        _ = await Processes.waitUntilGone(pid, within: .seconds(5))
    }

    /// Takes a line that ssh or autossh printed: it is the reason while the tunnel is down.
    private func note(_ line: String) {
        let text = OutsideText.clean(line, limit: 300)
        self.logger.warning("ssh says", metadata: ["line": "\(text)"])
        self.board.tunnel(.connecting, reason: SSHProblem.words(text))
    }
}
