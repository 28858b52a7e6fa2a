import Foundation
import Logging
import ServiceLifecycle
import WatchmanClient
import WatchmanCore
import WatchmanSystem

/// Reports to the server, and does what its answers ask for.
struct CheckInService: Service {
    let membership: Membership
    let site: EdgeSite
    let processes: any ProcessRunner
    let board: StatusBoard
    let pulse: Pulse
    let logger: Logger

    func run() async throws {
        let configuration = self.membership.configuration
        try await APIClient.with(configuration.address, proxy: configuration.proxy) { client in
            await cancelWhenGracefulShutdown {
                var reporter = Reporter(site: self.site, processes: self.processes)
                var caller: DeviceCaller?
                var rhythm = CheckInRhythm()
                while !Task.isCancelled {
                    self.pulse.beat(.checkIn)
                    let answer = await self.checkIn(client, &caller, &reporter)
                    rhythm.note(answer)
                    self.doubt(&rhythm)
                    await self.wait(rhythm.pause(answer, self.profile))
                }
            }
            await self.leave(client)
        }
    }

    /// Reports once. `caller` is made anew after the device's id or key changed.
    private func checkIn(_ client: APIClient, _ caller: inout DeviceCaller?, _ reporter: inout Reporter) async
        -> CheckInResponse?
    {
        do {
            let current = try caller ?? self.caller(client)
            caller = current
            let report = await reporter.next(self.membership.configuration, tunnelProblem: self.board.current.whyDown)
            let answer: CheckInResponse = try await current.post("/api/v1/agent/check-in", report)
            reporter.acknowledged(
                report, traffic: TunnelProcesses(self.site, self.membership.configuration).traffic())
            self.take(answer, report)
            // Whatever else the answer asks for is done by who the device is then.
            if try await self.adopt(answer.enrolment) {
                caller = nil
            } else if try await self.renewKey(answer, report.bootID, current) {
                caller = nil
            } else if answer.passwordIsPending {
                try await RootPasswordRotation(caller: current, processes: self.processes, shadow: ShadowFile()).run()
                self.logger.info("root has a new password")
            }
            return answer
        } catch let error as WatchmanError where error.code == .unauthenticated {
            caller = nil
            if await self.recoverKey(client) == false {
                self.noteProblem("\(error): if this machine is a copy of another one, register it")
            }
        } catch {
            if !Task.isCancelled { self.noteProblem("\(error)") }
        }
        return nil
    }

    func caller(_ client: APIClient) throws -> DeviceCaller {
        let configuration = self.membership.configuration
        return DeviceCaller(client: client, device: configuration.enrolment.deviceID, key: try configuration.key())
    }

    /// Waits, but no longer than things stay as they are: when the tunnel breaks, or a new connection stands, the server is asked soon.
    private func wait(_ pause: Duration) async {
        let end = ContinuousClock.now + pause
        let wasUp = self.board.current.tunnel == .up
        let before = wasUp ? nil : self.connection
        while ContinuousClock.now < end && !Task.isCancelled {
            try? await Task.sleep(for: min(CheckInRhythm.eager, end - ContinuousClock.now))
            self.pulse.beat(.checkIn)
            if wasUp ? self.board.current.tunnel != .up : self.connection.map({ $0 != before }) == true { return }
        }
    }

    private var profile: NetworkProfile { self.membership.configuration.profile ?? .wired }

    /// This end of the tunnel's connection, if it stands.
    private var connection: TCPPeers.Endpoint? {
        let connection = TunnelProcesses(self.site, self.membership.configuration).connection()
        return connection?.isEstablished == true ? connection?.local : nil
    }

    /// Ends a tunnel in which only ssh believes.
    private func doubt(_ rhythm: inout CheckInRhythm) {
        guard rhythm.failures == 0,
            rhythm.isDenied(
                rhythm.denials > 0 ? self.connection : nil,
                patience: .seconds(3 * TunnelTiming(self.profile).connectTimeout),
                now: .now)
        else { return }
        self.logger.notice("the tunnel is made anew", metadata: ["cause": "the gateway does not hold the port open"])
        self.membership.restartTunnel()
    }

    private func take(_ answer: CheckInResponse, _ report: CheckInRequest) {
        if answer.tunnelIsUp {
            let isSSHDDown = report.problem == .sshdDown
            self.board.tunnel(
                .up, reason: isSSHDDown ? report.tunnelProblem : nil, problem: isSSHDDown ? .sshdDown : nil)
        } else if self.board.current.tunnel == .up {
            self.board.tunnel(.connecting, reason: "the gateway lost it", problem: .lost)
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
}
