public import Glibc

/// Looks accounts up in the system's databases.
public enum Accounts {
    /// User and primary group of an account, or nil if there is none.
    public static func user(_ name: String) -> (uid: uid_t, gid: gid_t)? {
        Self.entry(name) { ($0.pw_uid, $0.pw_gid) }
    }

    /// Home of an account, or nil if there is none.
    public static func home(_ name: String) -> String? { Self.entry(name) { String(cString: $0.pw_dir) } }

    /// Whether an account's login shell runs commands, as far as its name tells.
    public static func hasShell(_ name: String) -> Bool {
        guard let shell = Self.entry(name, { String(cString: $0.pw_shell) }) else { return false }
        // passwd(5): an empty field is /bin/sh.
        if shell.isEmpty { return true }
        let isNone = ["nologin", "false", "true", "sync", "shutdown", "halt"].contains { shell.hasSuffix("/\($0)") }
        return !isNone && access(shell, X_OK) == 0
    }

    private static func entry<Value>(_ name: String, _ body: (passwd) -> Value) -> Value? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16384)
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        return body(entry)
    }

    /// Id of a group, or nil if there is none.
    public static func group(_ name: String) -> gid_t? {
        var entry = Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        var buffer = [CChar](repeating: 0, count: 65536)
        guard getgrnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        return entry.gr_gid
    }

    /// Name of the account this process runs as.
    public static var currentName: String {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16384)
        guard getpwuid_r(geteuid(), &entry, &buffer, buffer.count, &found) == 0, found != nil else {
            return "\(geteuid())"
        }
        return String(cString: entry.pw_name)
    }

    /// Whether this process has root's rights.
    public static var isRoot: Bool { geteuid() == 0 }
}
