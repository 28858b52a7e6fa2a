import WatchmanCore

/// Runs commands to their end.
public protocol ProcessRunner: Sendable {
    /// Runs the command and collects what it prints.
    ///
    /// - Throws: `WatchmanError` (`unavailable`) if the program is not there or cannot be started.
    func run(_ command: Command) async throws -> CommandResult
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
