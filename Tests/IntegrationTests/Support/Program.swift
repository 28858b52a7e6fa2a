import Foundation
import Glibc
import Synchronization
import WatchmanCore
import WatchmanSystem

/// A child process. What it prints goes to files, so it never waits for us, and no signal is held back from it, as it would be from
/// a child of Swift's worker threads.
final class Program: Sendable {
    /// Where its standard input comes from.
    enum Input: Sendable {
        case none
        case bytes([UInt8])
        /// What `write` sends, until `closeInput`.
        case pipe

        static func text(_ text: String) -> Input { .bytes(Array(text.utf8)) }
    }

    /// How it ended, and what it printed.
    struct Outcome: Sendable {
        /// Exit status; a signal counts as 128 plus its number.
        var status: Int32
        var output: Data
        var errors: Data

        var text: String { String(decoding: self.output, as: UTF8.self) }
        var errorText: String { String(decoding: self.errors, as: UTF8.self) }
        var lines: [String] { Self.lines(self.text) }
        var errorLines: [String] { Self.lines(self.errorText) }

        private static func lines(_ text: String) -> [String] {
            text.split(separator: "\n").map(String.init)
        }
    }

    let pid: pid_t
    private let line: String
    private let outputFile: String
    private let errorFile: String
    private let input: Mutex<Int32>
    private let status = Mutex<Int32?>(nil)

    /// Starts `arguments`, the first of which is a program's name or path, with exactly this environment, in a process group of its own.
    init(_ arguments: [String], environment: [String: String], input: Input, files: String) throws {
        self.line = arguments.joined(separator: " ")
        (self.outputFile, self.errorFile) = ("\(files).out", "\(files).err")
        let streams = try Streams(input, output: self.outputFile, errors: self.errorFile, inputFile: "\(files).in")
        defer { streams.closeChildEnds() }
        self.input = Mutex(streams.writeEnd)
        self.pid = try Self.spawn(arguments, environment, streams)
    }

    /// The exit status, or nil while it runs.
    var ended: Int32? {
        self.status.withLock { known in
            var raw: Int32 = 0
            if known == nil, waitpid(self.pid, &raw, WNOHANG) == self.pid {
                known = raw & 0x7f == 0 ? raw >> 8 & 0xff : 128 + raw & 0x7f
            }
            return known
        }
    }

    /// What it has printed so far.
    var soFar: Outcome {
        Outcome(status: self.ended ?? -1, output: Self.content(self.outputFile), errors: Self.content(self.errorFile))
    }

    /// Waits for its end.
    ///
    /// - Throws: `WatchmanError` if it does not end in time; then it is killed.
    func wait(within limit: Duration = .seconds(60)) async throws -> Outcome {
        do {
            try await Wait.until("`\(self.line.prefix(300))` to end", within: limit) { self.ended != nil }
        } catch {
            self.signal(SIGKILL)
            throw error
        }
        return self.soFar
    }

    /// Sends a signal to it alone.
    func signal(_ number: Int32) {
        if self.ended == nil { kill(self.pid, number) }
    }

    /// Sends SIGINT to its process group, as a terminal does for Ctrl-C.
    func interrupt() {
        if self.ended == nil { kill(-self.pid, SIGINT) }
    }

    /// Ends it: SIGTERM, and SIGKILL if that does not help.
    func end() async {
        self.signal(SIGTERM)
        if (try? await Wait.until("the end of \(self.pid)", within: .seconds(5), { self.ended != nil })) != nil {
            return
        }
        self.signal(SIGKILL)
        try? await Wait.until("the end of \(self.pid)", within: .seconds(5)) { self.ended != nil }
    }

    /// Writes a small text to its standard input.
    func write(_ text: String) {
        self.input.withLock { descriptor in
            let bytes = Array(text.utf8)
            _ = Glibc.write(descriptor, bytes, bytes.count)
        }
    }

    /// Ends its standard input.
    func closeInput() {
        self.input.withLock { descriptor in
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }
    }

    deinit { self.closeInput() }

    private static func content(_ path: String) -> Data {
        (try? Data(contentsOf: URL(fileURLWithPath: path))) ?? Data()
    }

    private static func spawn(_ arguments: [String], _ environment: [String: String], _ streams: Streams) throws
        -> pid_t
    {
        guard let name = arguments.first, let path = Executables.find(name) else {
            throw WatchmanError(.unavailable, "\(arguments.first ?? "nothing") is not installed")
        }
        var (actions, attributes) = (posix_spawn_file_actions_t(), posix_spawnattr_t())
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for (index, descriptor) in streams.childEnds.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(index))
        }
        // Glibc's closefrom action is not imported; a descriptor that is gone by then is no error.
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.compactMap { Int32($0) }
        for descriptor in open ?? [] where descriptor > 2 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(flags))
        let (argv, envp) = (CStrings(arguments), CStrings(environment.map { "\($0)=\($1)" }))
        var pid: pid_t = 0
        let problem = posix_spawn(&pid, path, &actions, &attributes, argv.pointers, envp.pointers)
        guard problem == 0 else {
            throw WatchmanError(.unavailable, "cannot start \(path): \(String(cString: strerror(problem)))")
        }
        return pid
    }
}

/// The three streams that a child starts with.
private struct Streams {
    let childEnds: [Int32]
    /// Our end of its standard input, or -1.
    let writeEnd: Int32

    init(_ input: Program.Input, output: String, errors: String, inputFile: String) throws {
        var standardInput: Int32
        var ours: Int32 = -1
        switch input {
        case .none:
            standardInput = open("/dev/null", O_RDONLY | O_CLOEXEC)
        case .bytes(let bytes):
            try WholeFile.write(bytes, to: inputFile, mode: 0o600)
            standardInput = open(inputFile, O_RDONLY | O_CLOEXEC)
        case .pipe:
            var ends: [Int32] = [-1, -1]
            pipe(&ends)
            (standardInput, ours) = (ends[0], ends[1])
        }
        let paths: [String] = [output, errors]
        let files = paths.map { open($0, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600) }
        (self.childEnds, self.writeEnd) = ([standardInput] + files, ours)
        guard self.childEnds.allSatisfy({ $0 >= 0 }) else {
            throw WatchmanError(.configuration, "cannot open \(output): \(String(cString: strerror(errno)))")
        }
    }

    func closeChildEnds() {
        for descriptor in self.childEnds { close(descriptor) }
    }
}

/// A NULL-terminated array of C strings.
private final class CStrings {
    let pointers: [UnsafeMutablePointer<CChar>?]

    init(_ strings: [String]) { self.pointers = strings.map { strdup($0) } + [nil] }

    deinit {
        for pointer in self.pointers { free(pointer) }
    }
}
