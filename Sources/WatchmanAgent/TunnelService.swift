import Logging
import ServiceLifecycle
import Synchronization
import WatchmanCore
import WatchmanSystem

/// Keeps autossh running, which runs ssh.
///
/// autossh ends with its ssh, so that the wait before the next attempt is ours: its own waits grow without regard to the cause.
struct TunnelService: Service {
    /// A session that ends sooner was never to wait.
    private static let atOnce: Duration = .seconds(2)
    /// After so many of them the tunnel goes without: some may have been cut off by chance.
    private static let sessionTries = 3
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
        var rhythm = AliveRhythm()
        /// How often in a row the gateway did not let the session wait.
        var refusedSessions = 0
    }

    /// Has one tunnel until it ends, and then waits.
    private func attempt(_ configuration: AgentConfiguration, _ plan: Plan) async -> Plan {
        var plan = plan
        let start = ContinuousClock.now
        let end = await self.hold(configuration, plan)
        guard !Task.isCancelled else { return plan }
        self.board.tunnel(.connecting, reason: end.words, problem: end.problem)
        plan.isSlow = plan.isSlow || end.isSlowness
        let life = ContinuousClock.now - start
        self.judgeSession(configuration, end, life, &plan)
        if let interval = plan.rhythm.note(end, life: life, self.timing(configuration, plan)) {
            self.logger.notice("the way to the gateway forgets connections", metadata: ["askedEach": "\(interval) s"])
        }
        var generator = SystemRandomNumberGenerator()
        let pause = plan.backoff.pause(after: end.problem, life: life, using: &generator)
        try? await Task.sleep(for: pause)
        return plan
    }

    /// Notices a gateway that says that a session can wait, and lets none.
    private func judgeSession(
        _ configuration: AgentConfiguration, _ end: SSHProblem, _ life: Duration, _ plan: inout Plan
    ) {
        guard configuration.enrolment.holdsSession == true, plan.refusedSessions < Self.sessionTries else { return }
        plan.refusedSessions = end.isRefusedSession && life < Self.atOnce ? plan.refusedSessions + 1 : 0
        guard plan.refusedSessions == Self.sessionTries else { return }
        self.logger.warning("the gateway lets no session wait; the tunnel goes without")
    }

    private func timing(_ configuration: AgentConfiguration, _ plan: Plan) -> TunnelTiming {
        var timing = plan.rhythm.apply(to: TunnelTiming(configuration.profile ?? .wired))
        if plan.isSlow { timing.connectTimeout = max(timing.connectTimeout, TunnelTiming.slowConnectTimeout) }
        return timing
    }

    private func hold(_ configuration: AgentConfiguration, _ plan: Plan) async -> SSHProblem {
        await TunnelProcesses(self.site, configuration).endLeftovers()
        var route = configuration.route(self.site)
        if plan.refusedSessions >= Self.sessionTries { route.holdsSession = false }
        let timing = self.timing(configuration, plan)
        let lastWords = Mutex<SSHProblem?>(nil)
        do {
            let command = Command.autossh(route, timing, pidFile: self.site.autosshPIDFile)
            let input = route.holdsSession ? try EndlessInput.open(at: self.site.inputFile) : nil
            _ = try await self.processes.supervise(command, input: input) { line in
                guard let problem = self.note(line) else { return }
                lastWords.withLock { if problem.explainsMore(than: $0) { $0 = problem } }
            }
            return lastWords.withLock(\.self) ?? .ended
        } catch {
            self.logger.error("tunnel cannot be started", metadata: ["cause": "\(error)"])
            return SSHProblem(.other, "\(error)")
        }
    }

    /// Reads a line that ssh or autossh printed.
    private func note(_ line: String) -> SSHProblem? {
        // The gateway's user has no home, and needs none.
        if line.utf8.starts(with: "Could not chdir to home directory".utf8) { return nil }
        let text = OutsideText.clean(line, limit: 300)
        self.logger.warning("ssh says", metadata: ["line": "\(text)"])
        return SSHProblem(text)
    }
}

extension SSHProblem {
    /// ssh ended without a word.
    fileprivate static let ended = SSHProblem(.lost, "the connection to the gateway ended")

    /// Whether a session that was to wait ended by itself, or was not opened.
    fileprivate var isRefusedSession: Bool { self == .ended || self.words.contains("open failed") }

    /// Whether this, and not what was said before, is why ssh ends.
    fileprivate func explainsMore(than other: SSHProblem?) -> Bool {
        // ssh says that the device's sshd does not answer, and goes on.
        guard self.problem != .sshdDown else { return false }
        return other == nil || self.problem != .other
    }
}
