public import Foundation

/// Finds programs.
public enum Executables {
    /// Where programs of the system are, besides PATH: cron and ssh leave sbin out.
    static let extraFolders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

    /// Absolute path of a program, or nil if there is none.
    public static func find(_ name: String, path: String? = ProcessInfo.processInfo.environment["PATH"]) -> String? {
        if name.utf8.contains(UInt8(ascii: "/")) {
            return FileManager.default.isExecutableFile(atPath: name) ? name : nil
        }
        let folders = (path ?? "").split(separator: ":").map(String.init) + Self.extraFolders
        return folders.lazy.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Absolute path of the running program; of the one that took its place, if it was replaced (proc(5) marks that).
    public static var current: String {
        let mark = " (deleted)"
        let path =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return path.hasSuffix(mark) ? String(path.dropLast(mark.count)) : path
    }
}
