import Foundation
public import Glibc

/// What proc(5) says of processes.
public enum Processes {
    /// All process ids.
    public static func all() -> [pid_t] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { pid_t($0) }
    }

    /// The name of a process, or nil if it is gone.
    public static func name(of pid: pid_t) -> String? {
        let descriptor = open("/proc/\(pid)/comm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // The kernel keeps 15 characters.
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    /// The arguments of a process, joined by blanks (sshd and autossh rewrite theirs), or nil if it is gone.
    public static func commandLine(of pid: pid_t) -> String? {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/cmdline")), !data.isEmpty else {
            return nil
        }
        return String(decoding: data.map { $0 == 0 ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
    }

    /// The parent of a process (proc(5), stat field 4), or nil if it is gone.
    public static func parent(of pid: pid_t) -> pid_t? {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/stat")) else { return nil }
        // The name in parentheses may hold anything; what follows the last ) is plain.
        guard let end = data.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = data[data.index(after: end)...].split(separator: UInt8(ascii: " "))
        return fields.count > 1 ? pid_t(String(decoding: fields[1], as: UTF8.self)) : nil
    }

    /// A process and all that it and its children started.
    public static func family(of pid: pid_t) -> [pid_t] {
        let children = Dictionary(grouping: Self.all()) { Self.parent(of: $0) ?? 0 }
        var family = [pid]
        var next = 0
        while next < family.count {
            family += children[family[next]] ?? []
            next += 1
        }
        return family
    }

    /// Bytes of memory that a process has to itself: resident without what it shares with others (proc(5), statm), or nil if it is gone.
    public static func memory(of pid: pid_t) -> Int64? {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/statm")) else { return nil }
        let pages = data.split(separator: UInt8(ascii: " ")).prefix(3).compactMap {
            Int64(String(decoding: $0, as: UTF8.self))
        }
        return pages.count == 3 ? max(0, pages[1] - pages[2]) * Int64(sysconf(Int32(_SC_PAGESIZE))) : nil
    }

    /// The process named by a pid file, if it is alive and its command line holds `mark`.
    ///
    /// sshd rewrites its command line with every connection, so one look can meet it half written: three say no before it counts.
    public static func running(pidFile: String, mark: String) -> pid_t? {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: pidFile)) else { return nil }
        let number = data.prefix { Self.digits.contains($0) }
        guard let pid = pid_t(String(decoding: number, as: UTF8.self)), pid > 1 else { return nil }
        for _ in 0..<3 {
            guard let line = Self.commandLine(of: pid) else { return nil }
            if line.contains(mark) { return pid }
            usleep(2000)
        }
        return nil
    }

    /// A process that has this file open, or nil if there is none among those that we may look into.
    public static func holder(of path: String) -> pid_t? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        let file = String(cString: real)
        return Self.all().first { pid in
            let folder = "/proc/\(pid)/fd"
            let numbers = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            return numbers.contains {
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")) == file
            }
        }
    }

    /// The processes with a name in `names` that hold a socket. System calls alone: a gateway has thousands of processes.
    public static func holders(ofSocket inode: UInt64, among names: Set<String>) -> [pid_t] {
        let target = Array("socket:[\(inode)]".utf8)
        return Self.all().filter { names.contains(Self.name(of: $0) ?? "") && Self.holds($0, target) }
    }

    /// Whether a process holds a socket.
    public static func holds(_ pid: pid_t, socket inode: UInt64) -> Bool {
        Self.holds(pid, Array("socket:[\(inode)]".utf8))
    }

    /// The inodes of a process's sockets, in the order of its descriptors.
    public static func sockets(of pid: pid_t) -> [UInt64] {
        let folder = "/proc/\(pid)/fd"
        let numbers = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return numbers.compactMap { Int32($0) }.sorted().compactMap { number in
            guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(number)"),
                target.utf8.starts(with: "socket:[".utf8)
            else { return nil }
            return UInt64(String(decoding: target.utf8.dropFirst(8).dropLast(), as: UTF8.self))
        }
    }

    /// The processes that a process started and that are still there.
    public static func children(of pid: pid_t) -> [pid_t] {
        // Not every kernel is built with this file (CONFIG_PROC_CHILDREN).
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/task/\(pid)/children")) else {
            return Self.all().filter { Self.parent(of: $0) == pid }
        }
        return data.split(separator: UInt8(ascii: " ")).compactMap { pid_t(String(decoding: $0, as: UTF8.self)) }
    }

    private static func holds(_ pid: pid_t, _ target: [UInt8]) -> Bool {
        guard let folder = opendir("/proc/\(pid)/fd") else { return false }
        defer { closedir(folder) }
        var buffer = [CChar](repeating: 0, count: 64)
        while let entry = readdir(folder) {
            let length = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) {
                    readlinkat(dirfd(folder), $0, &buffer, buffer.count)
                }
            }
            guard length == target.count else { continue }
            if buffer.prefix(length).lazy.map({ UInt8(bitPattern: $0) }).elementsEqual(target) { return true }
        }
        return false
    }

    /// Sends a signal.
    public static func signal(_ pid: pid_t, _ number: Int32) {
        kill(pid, number)
    }

    /// Ends a daemon and the children it has now (SIGTERM), and waits up to five seconds for it to be gone.
    public static func endFamily(_ pid: pid_t) async {
        for process in [pid] + Self.children(of: pid) { Self.signal(process, SIGTERM) }
        _ = await Self.waitUntilGone(pid, within: .seconds(5))
    }

    /// Waits until a process is gone, or until `deadline` has passed; says whether it is gone.
    public static func waitUntilGone(_ pid: pid_t, within deadline: Duration) async -> Bool {
        let end = ContinuousClock.now + deadline
        // A zombie has no command line: it is gone, whether or not its parent has noticed.
        while Self.commandLine(of: pid) != nil {
            guard ContinuousClock.now < end else { return false }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return true
    }

    private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
}
