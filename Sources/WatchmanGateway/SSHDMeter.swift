import Foundation
public import Glibc
import Synchronization
import WatchmanSystem

/// What the gateway's sshd uses.
public struct SSHDUse: Hashable, Sendable {
    /// The daemon itself.
    public let pid: pid_t
    /// It and its children.
    public let processes: Int
    /// Bytes that they have to themselves.
    public let memory: Int64
}

/// Measures the gateway's sshd, at most every ten seconds: thousands of tunnels are thousands of processes to look at.
public final class SSHDMeter: Sendable {
    private let settings: GatewaySettings
    private let last = Mutex<(at: ContinuousClock.Instant, use: SSHDUse?)?>(nil)

    /// Measures the sshd of these settings.
    public init(settings: GatewaySettings) { self.settings = settings }

    /// What it uses, or nil while it does not run.
    public func read() -> SSHDUse? {
        self.last.withLock { last in
            if let last, last.at.duration(to: .now) < .seconds(10) { return last.use }
            let use = self.measure()
            last = (.now, use)
            return use
        }
    }

    private func measure() -> SSHDUse? {
        let pid = Processes.running(pidFile: self.settings.pidFile, mark: self.settings.configurationFile)
        guard let pid else { return nil }
        let memory = Processes.family(of: pid).compactMap { Processes.memory(of: $0) }
        return SSHDUse(pid: pid, processes: memory.count, memory: memory.reduce(0, +))
    }
}
