import Glibc

/// The signals that a thread holds back.
enum SignalMask {
    /// Runs `body` with none held back. Worker threads hold back nearly all of them, a child inherits that across execve(2), and an
    /// autossh that never hears SIGTERM cannot be stopped.
    static func cleared<Value>(_ body: () throws -> Value) rethrows -> Value {
        var none = sigset_t()
        var old = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &old)
        defer { pthread_sigmask(SIG_SETMASK, &old, nil) }
        return try body()
    }
}
