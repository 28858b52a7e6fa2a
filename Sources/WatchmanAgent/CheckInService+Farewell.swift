import WatchmanClient
import WatchmanCore
import WatchmanSystem

extension CheckInService {
    /// How long the server may take to hear that the agent goes.
    private static let farewell: Duration = .seconds(2)

    /// Tells the server that the agent was stopped on purpose, so that nobody looks for a fault. If it cannot be told, that is that.
    func leave(_ client: APIClient) async {
        guard !Task.isCancelled else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await self.sayGoodbye(client) }
            group.addTask { try? await Task.sleep(for: Self.farewell) }
            await group.next()
            group.cancelAll()
        }
    }

    private func sayGoodbye(_ client: APIClient) async throws {
        // A machine that stops or starts anew takes the agent with it, and that is another story.
        let state = try? await self.processes.run(.systemctl("is-system-running"))
        guard state?.output.utf8.starts(with: "stopping".utf8) != true else { return }
        var reporter = Reporter(site: self.site, processes: self.processes)
        var report = await reporter.next(self.membership.configuration, tunnelProblem: nil)
        report.isLeaving = true
        let _: CheckInResponse = try await self.caller(client).post("/api/v1/agent/check-in", report)
    }
}
