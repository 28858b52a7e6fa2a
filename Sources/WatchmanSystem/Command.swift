/// A program to run, as a value: tests compare it, `ProcessRunner` runs it.
public struct Command: Hashable, Sendable {
    /// Name to look up in PATH, or an absolute path.
    public var executable: String
    /// The arguments, never joined into a shell line.
    public var arguments: [String]
    /// What is written to standard input, or nil for no input.
    public var input: [UInt8]?
    /// Variables added to the inherited environment.
    public var environment: [String: String]

    /// Creates a command.
    public init(
        _ executable: String, _ arguments: [String] = [], input: [UInt8]? = nil, environment: [String: String] = [:]
    ) {
        self.executable = executable
        self.arguments = arguments
        self.input = input
        self.environment = environment
    }
}

extension Command: CustomStringConvertible {
    /// Program and arguments; what goes to standard input is left out, it may be secret.
    public var description: String { ([self.executable] + self.arguments).joined(separator: " ") }
}

/// How a command ended.
public struct CommandResult: Hashable, Sendable {
    /// Exit status; a signal counts as 128 plus its number, as in a shell.
    public var status: Int32
    /// Standard output.
    public var output: String
    /// Standard error.
    public var errors: String

    /// Creates a result.
    public init(status: Int32, output: String = "", errors: String = "") {
        self.status = status
        self.output = output
        self.errors = errors
    }

    /// Whether the status is 0.
    public var succeeded: Bool { self.status == 0 }

    /// The last line on standard error that says something.
    public var lastError: String? {
        self.errors.utf8.split(separator: UInt8(ascii: "\n")).last.map { String(decoding: $0, as: UTF8.self) }
    }
}
