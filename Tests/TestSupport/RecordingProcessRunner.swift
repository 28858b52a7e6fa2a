import Synchronization
import Testing
import WatchmanCore
public import WatchmanSystem

/// Starts nothing: writes down the commands it is given and answers them from a table. A command that is not in the table
/// fails the test.
public final class RecordingProcessRunner: ProcessRunner {
    private let answers: [Command: CommandResult]
    private let record = Mutex<[Command]>([])

    /// Creates a runner that knows the answers to these commands.
    public init(_ answers: [Command: CommandResult] = [:]) { self.answers = answers }

    /// The commands so far, in order.
    public var commands: [Command] { self.record.withLock { $0 } }

    /// Answers from the table.
    ///
    /// - Throws: `WatchmanError` (`internal`) for a command that is not there, besides failing the test.
    public func run(_ command: Command) async throws -> CommandResult {
        self.record.withLock { $0.append(command) }
        guard let answer = self.answers[command] else {
            Issue.record("unexpected command: \(command)")
            throw WatchmanError(.internal, "unexpected command: \(command)")
        }
        return answer
    }

    /// Answers from the table; the program's two streams follow each other.
    public func transcript(of command: Command, within limit: Duration, keeping count: Int) async throws -> Transcript {
        let answer = try await self.run(command)
        return Transcript(status: answer.status, output: Array((answer.output + answer.errors).utf8.suffix(count)))
    }
}
