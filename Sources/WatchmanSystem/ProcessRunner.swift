import WatchmanCore

/// Runs commands to their end.
public protocol ProcessRunner: Sendable {
    /// Runs the command and collects what it prints.
    ///
    /// - Throws: `WatchmanError` (`unavailable`) if the program is not there or cannot be started.
    func run(_ command: Command) async throws -> CommandResult

    /// Runs the command for at most this long, and keeps the last `count` bytes of what it prints on both streams.
    ///
    /// - Throws: `WatchmanError` (`unavailable`) if the program is not there or cannot be started.
    func transcript(of command: Command, within limit: Duration, keeping count: Int) async throws -> Transcript
}

/// What became of a command that may take only so long.
public struct Transcript: Hashable, Sendable {
    /// Exit status; a signal counts as 128 plus its number. Nil if it took too long and was ended.
    public var status: Int32?
    /// The end of what it printed on both streams, as it came.
    public var output: [UInt8]
    /// How many bytes before that were dropped.
    public var dropped: Int

    /// Creates a transcript.
    public init(status: Int32?, output: [UInt8] = [], dropped: Int = 0) {
        self.status = status
        self.output = output
        self.dropped = dropped
    }
}

extension ProcessRunner {
    /// Runs the command and insists on status 0.
    ///
    /// - Throws: `WatchmanError` that quotes the command, its status and its last line on standard error.
    @discardableResult
    public func check(_ command: Command) async throws -> CommandResult {
        let result = try await self.run(command)
        guard result.succeeded else {
            let cause = result.lastError.map { ": \(OutsideText.clean($0, limit: 300))" } ?? ""
            throw WatchmanError(.unavailable, "`\(command)` ended with status \(result.status)\(cause)")
        }
        return result
    }
}
