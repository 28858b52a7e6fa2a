import Foundation
import Glibc
import Synchronization
import Testing
import WatchmanCore
import WatchmanSystem

/// A folder for one test and what must be undone when it goes.
///
/// It is below /var/lib, because sshd runs no key lookup from a folder that others may write to, such as /tmp.
final class Scratch: Sendable {
    private struct State {
        var undo: [@Sendable () async -> Void] = []
        var logs: [String] = []
        var count = 0
    }

    private static let prefix = "/var/lib/watchman-tests-"
    private static let slots = Slots(4)
    /// The folder of the running test; its logs go with the issues that the test records.
    @TaskLocal static var current: Scratch?
    let path: String
    private let state = Mutex(State())

    /// The binary under test, where sshd accepts it for its key lookup.
    var binary: String { "\(self.path)/watchman" }

    /// Makes a folder, lends it to `body`, undoes what was noted, last first, and removes the folder, whatever happens.
    static func with<Value: Sendable>(_ body: (Scratch) async throws -> Value) async throws -> Value {
        try Machine.check()
        await self.slots.take()
        let result: Result<Value, any Error>
        do {
            let scratch = try Scratch()
            do {
                result = .success(try await self.$current.withValue(scratch) { try await body(scratch) })
            } catch {
                result = .failure(Failure(cause: error, logs: scratch.logs))
            }
            await scratch.clear()
        } catch {
            result = .failure(error)
        }
        await self.slots.giveBack()
        return try result.get()
    }

    private init() throws {
        Self.clearDeadRuns()
        self.path = "\(Self.prefix)\(getpid())-\(RandomText.identifier(6))"
        try WholeFile.makeFolder("\(self.path)/programs", mode: 0o755)
        try Machine.placeBinary(self.binary)
    }

    /// Notes what is to be done at the end.
    func later(_ undo: @escaping @Sendable () async -> Void) { self.state.withLock { $0.undo.append(undo) } }

    /// Names a file whose end explains failures.
    func explain(_ log: String) { self.state.withLock { $0.logs.append(log) } }

    /// The ends of all logs.
    var logs: String {
        self.state.withLock(\.logs).map { file in
            let content = (try? Data(contentsOf: URL(fileURLWithPath: file))) ?? Data()
            return "--- \(file)\n\(String(decoding: content.prefix(1200) + content.suffix(3000), as: UTF8.self))"
        }.joined(separator: "\n")
    }

    /// Starts a program; it is ended with the test.
    func start(
        _ arguments: [String], environment: [String: String] = [:], input: Program.Input = .none, isLogged: Bool = false
    ) throws -> Program {
        let number = self.state.withLock { state in
            state.count += 1
            return state.count
        }
        let files = "\(self.path)/programs/\(number)"
        let base = ["PATH": Machine.path, "HOME": self.path, "LANG": "C.UTF-8"]
        let program = try Program(
            arguments, environment: base.merging(environment) { $1 }, input: input, files: files)
        if isLogged { self.explain("\(files).err") }
        self.later { await program.end() }
        return program
    }

    /// Runs a program to its end.
    func run(
        _ arguments: [String], environment: [String: String] = [:], input: Program.Input = .none
    ) async throws -> Program.Outcome {
        try await self.start(arguments, environment: environment, input: input).wait()
    }

    private func clear() async {
        while let undo = self.state.withLock({ $0.undo.popLast() }) { await undo() }
        Self.killAll(mentioning: self.path)
        try? FileManager.default.removeItem(atPath: self.path)
    }

    /// Ends what names the folder on its command line. The folder's name is random, so it is ours.
    private static func killAll(mentioning path: String) {
        for pid in Machine.processes(mentioning: path) { Processes.signal(pid, SIGKILL) }
    }

    /// Removes what a test run left behind that was killed itself.
    private static func clearDeadRuns() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/var/lib")) ?? []
        for path in names.map({ "/var/lib/\($0)" }) where path.hasPrefix(self.prefix) {
            guard let pid = path.dropFirst(self.prefix.count).split(separator: "-").first.flatMap({ pid_t($0) }),
                Processes.name(of: pid) == nil
            else { continue }
            self.killAll(mentioning: path)
            try? FileManager.default.removeItem(atPath: path)
        }
    }
}

/// An error with the logs that explain it.
private struct Failure: Error, CustomStringConvertible {
    let cause: any Error
    let logs: String

    var description: String { "\(self.cause)\n\(self.logs)" }
}

extension Trait where Self == IssueHandlingTrait {
    /// Adds the ends of the logs of servers, agents and sshds to every issue.
    static var logs: Self {
        .compactMapIssues { issue in
            guard let logs = Scratch.current?.logs else { return issue }
            var copy = issue
            copy.comments.append("\(logs)")
            return copy
        }
    }
}
