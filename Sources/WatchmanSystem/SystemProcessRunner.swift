import Dispatch
public import Foundation
import Glibc
import WatchmanCore

/// Runs commands for real, by Foundation's `Process`. The only place in watchman that starts child processes.
public struct SystemProcessRunner: ProcessRunner {
    /// How long a child may take to end after SIGTERM before it gets SIGKILL.
    static let grace: Duration = .seconds(5)

    /// Creates a runner.
    public init() {}

    /// Runs the command and collects what it prints. Cancelling the task ends the child.
    public func run(_ command: Command) async throws -> CommandResult {
        let output = Pipe()
        let errors = Pipe()
        let process = try Self.prepare(command)
        process.standardOutput = output
        process.standardError = errors
        try Self.start(process, command)
        return await withTaskCancellationHandler {
            async let outputText = Self.readAll(output.fileHandleForReading)
            async let errorText = Self.readAll(errors.fileHandleForReading)
            let status = await Self.wait(for: process)
            return CommandResult(status: status, output: await outputText, errors: await errorText)
        } onCancel: {
            process.terminate()
        }
    }

    /// Runs a long-lived child, passing on each line of its standard error; its standard input is empty or `input`. Cancelling the task ends the child: SIGTERM, then SIGKILL.
    ///
    /// - Returns: the exit status, a signal counted as 128 plus its number.
    /// - Throws: `WatchmanError` (`unavailable`) if it cannot be started.
    public func supervise(
        _ command: Command, input: FileHandle? = nil, onErrorLine: @escaping @Sendable (String) -> Void
    ) async throws -> Int32 {
        let errors = Pipe()
        let process = try Self.prepare(command)
        if let input { process.standardInput = input }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        let lines = LineSplitter(onErrorLine)
        errors.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil } else { lines.take(data) }
        }
        try Self.start(process, command)
        return await withTaskCancellationHandler {
            await Self.wait(for: process)
        } onCancel: {
            process.terminate()
            let pid = process.processIdentifier
            DispatchQueue.global().asyncAfter(deadline: .now() + Double(Self.grace.components.seconds)) {
                if process.isRunning { kill(pid, SIGKILL) }
            }
        }
    }

    static func prepare(_ command: Command) throws -> Process {
        guard let path = Executables.find(command.executable) else {
            throw WatchmanError(
                .unavailable, "\(command.executable) is not installed", hint: "watchman prereqs --install")
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = command.arguments
        process.environment = Self.environment.merging(command.environment) { $1 }
        if let input = command.input {
            let pipe = Pipe()
            process.standardInput = pipe
            // Small inputs fit into the pipe, so this cannot block before the child reads.
            try pipe.fileHandleForWriting.write(contentsOf: input)
            try pipe.fileHandleForWriting.close()
        } else {
            process.standardInput = FileHandle.nullDevice
        }
        return process
    }

    /// The inherited environment without what systemd meant for this process alone (sd_notify(3)).
    private static var environment: [String: String] {
        ProcessInfo.processInfo.environment.filter {
            !["NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC"].contains($0.key)
        }
    }

    static func start(_ process: Process, _ command: Command) throws {
        do {
            try SignalMask.cleared { try process.run() }
        } catch {
            throw WatchmanError(.unavailable, "cannot start \(command.executable): \(error.localizedDescription)")
        }
    }

    static func wait(for process: Process) async -> Int32 {
        // Waiting goes on when the task is cancelled: the child was told to end and must be reaped. A thread for each child, since
        // libdispatch starts blocking work on few of them. Foundation itself sees the end only when the child's children have ended, too.
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var end = siginfo_t()
                while waitid(P_PID, id_t(process.processIdentifier), &end, WEXITED | WNOWAIT) != 0 {
                    if errno == EINTR { continue }
                    // Foundation was faster and has reaped it.
                    process.waitUntilExit()
                    let isSignal = process.terminationReason == .uncaughtSignal
                    return continuation.resume(
                        returning: isSignal ? 128 + process.terminationStatus : process.terminationStatus)
                }
                let status = end._sifields._sigchld.si_status
                continuation.resume(returning: end.si_code == CLD_EXITED ? status : 128 + status)
            }
        }
    }

    private static func readAll(_ handle: FileHandle) async -> String {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                let data = (try? handle.readToEnd()) ?? Data()
                continuation.resume(returning: String(decoding: data, as: UTF8.self))
            }
        }
    }
}
