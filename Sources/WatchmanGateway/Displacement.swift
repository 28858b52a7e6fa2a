import Foundation
import Glibc
public import Logging
public import ServiceLifecycle
import WatchmanCore
import WatchmanSystem

/// Frees a device's port for the device that comes back while its former connection, which it lost, still holds the port.
///
/// A device that lost its network, or whose address changed, is back long before sshd finds out that the old connection is dead, and
/// sshd would refuse it the port until then. What proves that it is the device is sshd's own word that its key was accepted.
public struct Displacement: Service {
    private let settings: GatewaySettings
    private let lookup: GatewayDatabase
    private let table: TunnelTable
    private let logger: Logger

    /// Follows the log of the gateway of these settings; `presence` knows who holds which port.
    public init(settings: GatewaySettings, lookup: GatewayDatabase, presence: Presence, logger: Logger) {
        self.settings = settings
        self.lookup = lookup
        self.table = presence.table
        self.logger = logger
    }

    /// Follows the log until asked to stop, in a thread of its own: the device asks for its port a millisecond after it was let in.
    public func run() async throws {
        let stop = Pipe()
        await cancelWhenGracefulShutdown {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    Thread.detachNewThread {
                        self.follow(until: stop.fileHandleForReading.fileDescriptor)
                        continuation.resume()
                    }
                }
            } onCancel: {
                try? stop.fileHandleForWriting.close()
            }
        }
    }

    private func follow(until stop: Int32) {
        // Of this thread alone. It sleeps nearly always, and must not wait for a whole fleet that logs in.
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, -15)
        var tail = LogTail(endOf: self.settings.logFile)
        let watch = FolderWatch(self.settings.folder)
        repeat {
            let before = ContinuousClock.now
            while let (lines, place) = tail.next() {
                for line in lines.split(separator: UInt8(ascii: "\n")) { self.take(line) }
                tail.place = place
            }
            self.table.everythingWasRead(at: before)
        } while watch.wait(milliseconds: 200, stop: stop)
    }

    private func take(_ line: some Collection<UInt8>) {
        switch GatewayLogLine(line) {
        case .child(let pid): self.table.note(child: pid)
        case .accepted(let login) where login.user == self.settings.edgeUser && login.certificate == nil:
            guard let port = try? self.lookup.port(fingerprint: login.fingerprint) else { return }
            self.free(port, for: TCPPeers.Endpoint(login.address, port: login.port))
        // Only the port's own key may ask for it (permitlisten).
        case .portTaken(let port) where (self.settings.firstPort...self.settings.lastPort).contains(port):
            self.free(port, for: nil)
        case .accepted, .refused, .portTaken, nil: break
        }
    }

    /// Ends the connection that holds a port, unless it is that of the newcomer.
    private func free(_ port: Int, for newcomer: TCPPeers.Endpoint?) {
        guard let holder = self.table.elder(port: port) ?? self.find(port, besides: newcomer) else { return }
        // SIGKILL, because sshd would first say farewell to a peer that is not there; its monitor tidies up after it.
        Processes.signal(holder, SIGKILL)
        self.logger.info("a device is back, its older connection ended", metadata: ["port": "\(port)"])
    }

    /// Looks for the holder of a port: a connection that came up since the last look, or before this process began.
    private func find(_ port: Int, besides newcomer: TCPPeers.Endpoint?) -> pid_t? {
        let sockets = SocketTable.read()
        guard let inode = sockets.inodes[port] else { return nil }
        guard let holder = self.table.child(holding: inode) ?? sockets.owner(of: port, among: TunnelEnder.names) else {
            return nil
        }
        let own = newcomer.flatMap { TCPPeers.read(ports: self.settings.ports).inodes[$0] }
        return own.map { Processes.holds(holder, socket: $0) } == true ? nil : holder
    }
}
