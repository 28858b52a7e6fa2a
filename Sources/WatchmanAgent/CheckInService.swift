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
    let membership: Membership
    let site: EdgeSite
    let processes: any ProcessRunner
    let board: StatusBoard
    let logger: Logger

    func run() async throws {
        let configuration = self.membership.configuration
        try await APIClient.with(configuration.address, proxy: configuration.proxy) { client in
            await cancelWhenGracefulShutdown {
                var reporter = Reporter(site: self.site, processes: self.processes)
                var caller: DeviceCaller?
                var failures = 0
                while !Task.isCancelled {
                    let answer = await self.checkIn(client, &caller, &reporter)
                    failures = answer == nil ? failures + 1 : 0
                    await self.wait(Self.pause(answer, failures: failures), isEager: answer != nil)
                }
            }
        }
    }

    /// Reports once. `caller` is made anew after the device's id or key changed.
    private func checkIn(_ client: APIClient, _ caller: inout DeviceCaller?, _ reporter: inout Reporter) async
        -> CheckInResponse?
    {
        do {
            let current = try caller ?? self.caller(client)
            caller = current
            let status = self.board.current
            let report = await reporter.next(
                self.membership.configuration, tunnelProblem: status.tunnel == .up ? nil : status.reason)
            let answer: CheckInResponse = try await current.post("/api/v1/agent/check-in", report)
            reporter.acknowledged(report)
            self.take(answer)
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

    private func caller(_ client: APIClient) throws -> DeviceCaller {
        let configuration = self.membership.configuration
        return DeviceCaller(client: client, device: configuration.enrolment.deviceID, key: try configuration.key())
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
        let way = WayMemory.read(self.site.wayFile)?.way
        self.board.update {
            $0.way = way
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
