import Logging
import ServiceLifecycle
import Synchronization
import WatchmanCore
import WatchmanSystem

/// Keeps autossh running, which runs ssh.
///
/// autossh ends with its ssh, so that the wait before the next attempt is ours: its own waits grow without regard to the cause.
struct TunnelService: Service {
    let membership: Membership
    let site: EdgeSite
    let processes: SystemProcessRunner
    let board: StatusBoard
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var plan = Plan()
            while !Task.isCancelled {
                let (configuration, end) = self.membership.follow()
                plan = await withTaskGroup(of: Plan?.self) { [plan] group in
                    group.addTask { await self.attempt(configuration, plan) }
                    group.addTask {
                        for await _ in end {}
                        return nil
                    }
                    let next = await group.next() ?? nil
                    group.cancelAll()
                    // Somebody knows that things have changed: there is nothing to wait for.
                    return next ?? Plan()
                }
            }
        }
        self.board.tunnel(.stopped, reason: nil)
    }

    /// How the next attempt is made.
    private struct Plan: Sendable {
        var backoff = Backoff()
        /// Whether the gateway was reached, but too slowly for the usual patience.
        var isSlow = false
    }

    /// Has one tunnel until it ends, and then waits.
    private func attempt(_ configuration: AgentConfiguration, _ plan: Plan) async -> Plan {
        var plan = plan
        let start = ContinuousClock.now
        let end = await self.hold(configuration, plan)
        guard !Task.isCancelled else { return plan }
        self.board.tunnel(.connecting, reason: end.words, problem: end.problem)
        plan.isSlow = plan.isSlow || end.isSlowness
        var generator = SystemRandomNumberGenerator()
        let pause = plan.backoff.pause(after: end.problem, life: ContinuousClock.now - start, using: &generator)
        try? await Task.sleep(for: pause)
        return plan
    }

    private func hold(_ configuration: AgentConfiguration, _ plan: Plan) async -> SSHProblem {
        await TunnelProcesses(self.site, configuration).endLeftovers()
        var timing = TunnelTiming()
        if plan.isSlow { timing.connectTimeout = max(timing.connectTimeout, TunnelTiming.slowConnectTimeout) }
        let lastWords = Mutex<SSHProblem?>(nil)
        do {
            let command = Command.autossh(
                configuration.route(self.site), timing, pidFile: self.site.autosshPIDFile)
            _ = try await self.processes.supervise(command) { line in
                let problem = self.note(line)
                lastWords.withLock { if problem.explainsMore(than: $0) { $0 = problem } }
            }
            return lastWords.withLock(\.self) ?? SSHProblem(.lost, "the connection to the gateway ended")
        } catch {
            self.logger.error("tunnel cannot be started", metadata: ["cause": "\(error)"])
            return SSHProblem(.other, "\(error)")
        }
    }

    /// Reads a line that ssh or autossh printed.
    private func note(_ line: String) -> SSHProblem {
        let text = OutsideText.clean(line, limit: 300)
        self.logger.warning("ssh says", metadata: ["line": "\(text)"])
        return SSHProblem(text)
    }
}

extension SSHProblem {
    /// Whether this, and not what was said before, is why ssh ends.
    fileprivate func explainsMore(than other: SSHProblem?) -> Bool {
        // ssh says that the device's sshd does not answer, and goes on.
        guard self.problem != .sshdDown else { return false }
        return other == nil || self.problem != .other
    }
}
