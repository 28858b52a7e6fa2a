import CWatchman

/// How this process looks up accounts and hosts (nsswitch.conf(5)).
public enum NameServices {
    /// Keeps to what is built into this static program: files, and DNS for hosts. Call it before anything else.
    ///
    /// A module such as libnss_systemd or libnss_mdns would bring the system's own C library along and crash.
    public static func useBuiltIn() { watchman_use_builtin_name_services() }
}
