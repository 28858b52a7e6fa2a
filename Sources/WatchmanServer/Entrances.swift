import Foundation
import Logging
import ServiceLifecycle
import WatchmanCore
import WatchmanGateway
import WatchmanStore
import WatchmanSystem

/// Admins' connections through the gateway: which there are, and the end of those whose right has ended.
///
/// Everything is decided by what the database and the kernel say at that moment, so it does not matter which process noted a connection
/// or withdrew a right, and doing it twice does no harm.
struct Entrances: Sendable {
    let store: Store
    let lookup: GatewayDatabase
    /// The ports of the gateway's sshd.
    let ports: [Int]

    /// Withdrawn certificates are refused from the next login on, and the connections that they opened end.
    func reconcile(now: Date) async throws {
        try await self.store.revokeCertificatesOfExpiredKeys(now: now)
        try await self.lookup.revoke(try await self.store.revokedCertificates(now: now), now: now)
        let open = try await self.store.openConnections()
        guard !open.isEmpty else { return }
        let peers = TCPPeers.read(ports: self.ports)
        try await self.store.close(open.filter { !Self.isThere($0, peers) }, now: now)
        try await self.end(try await self.store.connectionsToEnd(), peers)
    }

    /// Ends a connection on somebody's word.
    func end(_ id: Int64, actor: Principal, now: Date) async throws -> ConnectionSummary {
        let (connection, summary) = try await self.store.endConnection(id, actor: actor, now: now)
        try await self.end([connection], TCPPeers.read(ports: self.ports))
        return summary
    }

    /// Ends connections and waits until they are gone, at most a second: what an sshd does not heed at once, the next look finds again.
    private func end(_ connections: [Connection], _ peers: TCPPeers) async throws {
        let connections = connections.filter { Self.isThere($0, peers) }
        guard !connections.isEmpty else { return }
        for endpoint in connections.compactMap(Self.endpoint) { TunnelEnder.end(endpoint, of: peers) }
        for _ in 0..<100 {
            let now = TCPPeers.read(ports: self.ports)
            if !connections.contains(where: { Self.isThere($0, now) }) { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        let rest = TCPPeers.read(ports: self.ports)
        try await self.store.close(connections.filter { !Self.isThere($0, rest) }, now: Date())
    }

    private static func endpoint(_ connection: Connection) -> TCPPeers.Endpoint? {
        TCPPeers.Endpoint(connection.source, port: connection.port)
    }

    private static func isThere(_ connection: Connection, _ peers: TCPPeers) -> Bool {
        self.endpoint(connection).map(peers.contains) ?? false
    }
}

/// Reconciles once a second: connections end by themselves, keys expire, and a process that ended in the middle left something over.
struct EntranceService: Service {
    let entrances: Entrances
    let logger: Logger

    func run() async throws {
        await Repeating.every(.seconds(1)) {
            do {
                try await self.entrances.reconcile(now: Date())
            } catch is CancellationError {
                return
            } catch {
                self.logger.error("connections are not looked after", metadata: ["cause": "\(error)"])
            }
        }
    }
}

extension Fleet {
    /// Admins' connections through the gateway.
    var entrances: Entrances {
        Entrances(store: self.store, lookup: self.lookup, ports: [self.gateway.port] + self.otherPorts)
    }
}
