import Foundation
import Glibc

/// What this process uses.
public enum OwnProcess {
    /// Bytes of memory that are in use (proc(5), /proc/pid/statm).
    public static var residentMemory: Int {
        let fields = ((try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? "").split(separator: " ")
        return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * sysconf(Int32(_SC_PAGESIZE))
    }

    /// Open files.
    public static var openFiles: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count ?? 0
    }

    /// Raises the number of files that may be open to what the machine lets us have, at most 65,536, and returns it. Each connection is a file.
    public static func raiseFileLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        let wanted = min(limit.rlim_max, 65536)
        if limit.rlim_cur < wanted {
            limit.rlim_cur = wanted
            guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        }
        return Int(clamping: limit.rlim_cur)
    }
}

/// Space on the disks.
public enum DiskSpace {
    /// The part of the file system below `path` that is left for others than root, from 0 to 1, or nil if it cannot be told.
    public static func free(_ path: String) -> Double? {
        var disk = statvfs()
        guard statvfs(path, &disk) == 0, disk.f_blocks > 0 else { return nil }
        return Double(disk.f_bavail) / Double(disk.f_blocks)
    }
}
