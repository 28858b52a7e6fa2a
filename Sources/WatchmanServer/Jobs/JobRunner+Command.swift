import Foundation
import Logging
import WatchmanCore
import WatchmanStore
import WatchmanSystem

extension JobRunner {
    /// Runs an operator's command, on the server or on devices.
    func command(_ job: Job, _ run: JobRun) async throws -> JobOutcome {
        guard let selector = try job.selector.map(DeviceSelector.init) else {
            let output = await self.attempt(job, run, ("server", "server")) { try await self.onServer(job) }
            return Self.outcome(output, timeout: job.timeout)
        }
        let devices = try await self.fleet.store.devices(selector)
        guard !devices.isEmpty else { throw WatchmanError(.notFound, "no device fits \(selector.text)") }
        var tally = Tally()
        await withTaskGroup(of: JobOutput.self) { group in
            var waiting = devices.makeIterator()
            func startOne() {
                guard !Task.isCancelled, let device = waiting.next() else { return }
                group.addTask {
                    await self.attempt(job, run, device) { try await self.onDevice(job, run, device.id) }
                }
            }
            for _ in 0..<job.concurrency { startOne() }
            for await output in group {
                tally.count(output)
                startOne()
            }
        }
        return tally.outcome
    }

    /// Runs it in one place and keeps what it printed there, or why it was not run.
    private func attempt(
        _ job: Job, _ run: JobRun, _ target: (id: String, name: String), _ body: () async throws -> Transcript
    ) async -> JobOutput {
        let begin = self.now()
        var output = JobOutput(
            target: target.id, name: target.name, status: nil, isTimedOut: false, output: "", startedAt: begin,
            endedAt: begin)
        do {
            let transcript = try await body()
            output.status = transcript.status.map(Int.init)
            output.isTimedOut = transcript.status == nil
            let start = transcript.dropped == 0 ? "" : "... \(transcript.dropped) bytes before this are left out\n"
            output.output = start + String(decoding: transcript.output, as: UTF8.self)
        } catch {
            output.output = (error as? WatchmanError)?.message ?? "\(error)"
        }
        output.endedAt = self.now()
        if Task.isCancelled { return output }
        do {
            try await self.fleet.store.keep(output, run: run.id)
        } catch {
            self.logger.error("job's output is not kept", metadata: ["job": "\(job.name)", "cause": "\(error)"])
        }
        return output
    }

    private func onServer(_ job: Job) async throws -> Transcript {
        let words = job.command ?? []
        guard let program = words.first else { throw WatchmanError(.invalid, "the job has no command") }
        return try await self.processes.transcript(
            of: Command(program, Array(words.dropFirst())), within: .seconds(job.timeout),
            keeping: Store.outputLimit)
    }

    private func onDevice(_ job: Job, _ run: JobRun, _ device: String) async throws -> Transcript {
        guard let info = try await self.fleet.store.device(id: device) else {
            throw WatchmanError(.notFound, "the device was removed")
        }
        if let problem = self.fleet.problemNow(info, now: self.now()) {
            throw WatchmanError(.unavailable, "offline: \(problem)")
        }
        let folder = "\(self.folder)/\(run.id)-\(device)"
        try WholeFile.makeFolder(folder, mode: 0o700)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let key = SSHPrivateKey.generate()
        try WholeFile.write(key.text, to: "\(folder)/id_ed25519", mode: 0o600)
        let request = ConnectRequest(publicKey: key.publicKey, user: "root")
        let grant = try await self.fleet.connect(device, request, actor: "job:\(job.name)", now: self.now())
        let configuration = try SSHConfiguration.write(grant, gateway: nil, to: folder)
        return try await self.processes.transcript(
            of: .ssh(configuration: configuration, device: grant.name, command: job.command ?? []),
            within: .seconds(job.timeout), keeping: Store.outputLimit)
    }

    private static func outcome(_ output: JobOutput, timeout: Int) -> JobOutcome {
        if output.isTimedOut { return JobOutcome(.timedOut, "it took longer than \(timeout) s") }
        guard let status = output.status else { return JobOutcome(.failed, output.output) }
        return JobOutcome(status == 0 ? .succeeded : .failed, "status \(status)")
    }
}

/// Counts how a command ended on devices.
private struct Tally {
    private var succeeded = 0
    private var failed = 0
    private var timedOut = 0
    private var unreached = 0

    mutating func count(_ output: JobOutput) {
        switch (output.isTimedOut, output.status) {
        case (true, _): self.timedOut += 1
        case (_, 0?): self.succeeded += 1
        case (_, nil): self.unreached += 1
        default: self.failed += 1
        }
    }

    var outcome: JobOutcome {
        let parts = [
            (self.succeeded, "succeeded"), (self.failed, "failed"), (self.timedOut, "timed out"),
            (self.unreached, "not reached"),
        ]
        let all = parts.reduce(0) { $0 + $1.0 }
        let words = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        let state: JobRunSummary.State =
            self.succeeded == all ? .succeeded : self.failed + self.unreached > 0 ? .failed : .timedOut
        return JobOutcome(state, "\(all) device\(all == 1 ? "" : "s"): \(words)")
    }
}
