import Glibc
import Synchronization
import WatchmanSystem

/// Which process holds each device's port, kept ready for the moment when the device comes back.
///
/// sshd's log names the process of every connection before it opens its port, so that nobody need be looked for among all of them.
final class TunnelTable: Sendable {
    private struct Holder: Sendable {
        /// The listening socket: another connection has another one.
        var inode: UInt64
        var pid: pid_t
        var since: ContinuousClock.Instant
    }

    private struct State {
        /// Processes that hold no known port, the latest last.
        var children: [pid_t] = []
        var holders: [Int: Holder] = [:]
        var readAt: ContinuousClock.Instant?
    }

    /// Connections of admins are among the children, too. What is forgotten is found by looking at all processes.
    private static let limit = 4096
    private let state = Mutex(State())

    /// Notes a process that may open a port.
    func note(child pid: pid_t) {
        self.state.withLock { state in
            state.children.append(pid)
            if state.children.count > Self.limit { state.children.removeFirst(Self.limit / 4) }
        }
    }

    /// Notes that all that sshd had logged by then was read.
    func everythingWasRead(at moment: ContinuousClock.Instant) { self.state.withLock { $0.readAt = moment } }

    /// Finds the holders of sockets that were not there before.
    func settle(_ sockets: [Int: UInt64]) {
        let now = ContinuousClock.now
        self.state.withLock { state in
            state.holders = state.holders.filter { sockets[$0.key] == $0.value.inode }
            for (port, inode) in sockets where state.holders[port] == nil {
                guard let place = state.children.lastIndex(where: { Processes.holds($0, socket: inode) }) else {
                    continue
                }
                state.holders[port] = Holder(inode: inode, pid: state.children.remove(at: place), since: now)
            }
            state.children.removeAll { Processes.name(of: $0) == nil }
        }
    }

    /// Finds the holders of sockets that were there before anyone looked, with one look at each process.
    func adopt(_ sockets: [Int: UInt64]) {
        let ports = Dictionary(sockets.map { ($1, $0) }) { first, _ in first }
        guard !ports.isEmpty else { return }
        let now = ContinuousClock.now
        for pid in Processes.all() where TunnelEnder.names.contains(Processes.name(of: pid) ?? "") {
            for socket in Processes.sockets(of: pid) {
                guard let port = ports[socket] else { continue }
                self.state.withLock { $0.holders[port] = Holder(inode: socket, pid: pid, since: now) }
            }
        }
    }

    /// The process that holds the port with this listening socket, if it is known.
    func holder(of port: Int, _ inode: UInt64) -> pid_t? {
        self.state.withLock { $0.holders[port] }.flatMap { $0.inode == inode ? $0.pid : nil }
    }

    /// The process that holds this listening socket, among those that came up of late.
    func child(holding inode: UInt64) -> pid_t? {
        self.state.withLock(\.children).last { Processes.holds($0, socket: inode) }
    }

    /// The process that holds a port and did so before anyone came whose login is being read now: all that was logged when it was
    /// settled has been read. Nil if that is not certain.
    func elder(port: Int) -> pid_t? {
        let (holder, readAt) = self.state.withLock { ($0.holders[port], $0.readAt) }
        guard let holder, let readAt, holder.since < readAt, Processes.holds(holder.pid, socket: holder.inode) else {
            return nil
        }
        return holder.pid
    }
}
