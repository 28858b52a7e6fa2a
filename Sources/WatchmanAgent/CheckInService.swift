import Foundation
import Logging
import ServiceLifecycle
import WatchmanClient
import WatchmanCore
import WatchmanSystem

/// Reports to the server, and does what its answers ask for.
struct CheckInService: Service {
    /// Until the first answer names another interval, and while the tunnel is coming up.
    private static let eager: Duration = .seconds(2)
    /// Reading the facts starts two processes, and they change only with an upgrade: they are read again after this many reports.
    private static let factsLast = 120
    let configuration: AgentConfiguration
    let site: EdgeSite
    let processes: any ProcessRunner
    let board: StatusBoard
    let logger: Logger

    func run() async throws {
        let key = try self.configuration.key()
        try await APIClient.with(self.configuration.address) { client in
            let caller = DeviceCaller(client: client, device: self.configuration.enrolment.deviceID, key: key)
            await cancelWhenGracefulShutdown {
                var facts = await self.site.facts(self.processes)
                var (failures, reports) = (0, 0)
                while !Task.isCancelled {
                    let answer = await self.checkIn(caller, facts)
                    failures = answer == nil ? failures + 1 : 0
                    reports += 1
                    if reports % Self.factsLast == 0 { facts = await self.site.facts(self.processes) }
                    await self.wait(Self.pause(answer, failures: failures), isEager: answer != nil)
                }
            }
        }
    }

    private func checkIn(_ caller: DeviceCaller, _ facts: DeviceFacts) async -> CheckInResponse? {
        do {
            let status = self.board.current
            let report = CheckInRequest(
                facts: facts, vitals: HostFacts(processes: self.processes).vitals(),
                tunnelProblem: status.tunnel == .up ? nil : status.reason)
            let answer: CheckInResponse = try await caller.post("/api/v1/agent/check-in", report)
            self.take(answer)
            if answer.passwordIsPending {
                try await RootPasswordRotation(caller: caller, processes: self.processes, shadow: ShadowFile()).run()
                self.logger.info("root has a new password")
            }
            return answer
        } catch {
            if !Task.isCancelled { self.noteProblem("\(error)") }
            return nil
        }
    }

    /// Waits, but no longer than the tunnel is up as far as anyone knows: when it comes back, the server is asked soon.
    private func wait(_ pause: Duration, isEager: Bool) async {
        let end = ContinuousClock.now + pause
        while ContinuousClock.now < end && !Task.isCancelled {
            if isEager && pause > Self.eager && self.board.current.tunnel != .up { return }
            try? await Task.sleep(for: min(Self.eager, end - ContinuousClock.now))
        }
    }

    private func take(_ answer: CheckInResponse) {
        if answer.tunnelIsUp { self.board.tunnel(.up, reason: nil) }
        if !answer.tunnelIsUp && self.board.current.tunnel == .up {
            self.board.tunnel(.connecting, reason: "the gateway lost it")
        }
        self.board.update {
            $0.lastCheckIn = Date()
            $0.checkInProblem = nil
        }
    }

    private func noteProblem(_ words: String) {
        if self.board.current.checkInProblem != words {
            self.logger.warning("check-in failed", metadata: ["cause": "\(words)"])
        }
        self.board.update { $0.checkInProblem = words }
    }

    /// The server's interval once all is well; soon again while the tunnel comes up; up to a minute, spread out, while the server is away.
    static func pause(_ answer: CheckInResponse?, failures: Int) -> Duration {
        guard let answer else {
            let ceiling = min(60, 2 << min(failures, 5))
            return .milliseconds(Int.random(in: 500 * ceiling...1000 * ceiling))
        }
        return answer.tunnelIsUp ? .seconds(max(5, min(answer.interval, 3600))) : Self.eager
    }
}
