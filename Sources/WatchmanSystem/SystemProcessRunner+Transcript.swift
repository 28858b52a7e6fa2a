import Dispatch
import Foundation
import Glibc

extension SystemProcessRunner {
    /// Runs the command for at most this long. It is ended, with its children, at the limit and when the task is cancelled: SIGTERM,
    /// then SIGKILL. What it leaves running in the background goes on, and is no longer listened to.
    public func transcript(
        of command: Command, within limit: Duration, keeping count: Int
    ) async throws -> Transcript {
        let (output, stop) = (Pipe(), Pipe())
        let process = try Self.prepare(command)
        process.standardOutput = output
        process.standardError = output
        try Self.start(process, command)
        async let tail = Self.tail(of: output, until: stop, keeping: count)
        let status = await withTaskCancellationHandler {
            await Self.wait(for: process, within: limit)
        } onCancel: {
            Self.endGroup(process)
        }
        try? stop.fileHandleForWriting.close()
        let (bytes, dropped) = await tail
        return Transcript(status: status, output: bytes, dropped: dropped)
    }

    /// The exit status, or nil if the child had to be ended at the limit.
    private static func wait(for process: Process, within limit: Duration) async -> Int32? {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                guard (try? await Task.sleep(for: limit)) != nil else { return false }
                self.endGroup(process)
                return true
            }
            let status = await self.wait(for: process)
            group.cancelAll()
            let isTimedOut = await group.next() ?? false
            return isTimedOut ? nil : status
        }
    }

    /// Ends a child and all that it started: Foundation gives every child a process group of its own.
    private static func endGroup(_ process: Process) {
        let pid = process.processIdentifier
        guard process.isRunning, pid > 1 else { return }
        kill(-pid, SIGTERM)
        DispatchQueue.global().asyncAfter(deadline: .now() + Double(self.grace.components.seconds)) {
            kill(-pid, SIGKILL)
        }
    }

    /// Reads a pipe until its end, or until `stop` is closed and what the pipe holds by then is read.
    ///
    /// A thread of its own: libdispatch loses the end of a pipe when it comes together with the last bytes.
    private static func tail(
        of pipe: Pipe, until stop: Pipe, keeping count: Int
    ) async -> (bytes: [UInt8], dropped: Int) {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var tail = OutputTail(limit: count)
                let source = pipe.fileHandleForReading.fileDescriptor
                var waits = [source, stop.fileHandleForReading.fileDescriptor].map {
                    pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
                }
                // As much as a pipe holds, so that one more read is enough after the stop.
                var buffer = [UInt8](repeating: 0, count: 64 << 10)
                while true {
                    for index in waits.indices { waits[index].revents = 0 }
                    guard poll(&waits, 2, -1) >= 0 else {
                        if errno == EINTR { continue }
                        break
                    }
                    let read = waits[0].revents == 0 ? 0 : Glibc.read(source, &buffer, buffer.count)
                    if read > 0 { tail.take(buffer.prefix(read)) }
                    if waits[1].revents != 0 || (waits[0].revents != 0 && read <= 0) { break }
                }
                continuation.resume(returning: tail.end())
            }
        }
    }
}

/// The last bytes of an output.
private struct OutputTail {
    private let limit: Int
    private var bytes: [UInt8] = []
    private var dropped = 0

    init(limit: Int) { self.limit = limit }

    mutating func take(_ more: ArraySlice<UInt8>) {
        self.bytes += more
        if self.bytes.count > 2 * self.limit { self.cut() }
    }

    mutating func end() -> (bytes: [UInt8], dropped: Int) {
        self.cut()
        return (self.bytes, self.dropped)
    }

    private mutating func cut() {
        let surplus = max(0, self.bytes.count - self.limit)
        self.bytes.removeFirst(surplus)
        self.dropped += surplus
    }
}
