import Glibc
import WatchmanCore
import WatchmanSystem

/// Reaches the gateway's sshd through whatever stands between, and gives ssh the connection.
public struct Dialer: Sendable {
    /// Seconds for each step of a way that may well work.
    private static let patience = 5
    /// Seconds for each step of a way that works only if something has changed.
    private static let impatience = 2

    /// Where the gateway's sshd is: host, and ports in the order in which to try them.
    let gateway: (host: String, port: Int, otherPorts: [Int])
    let server: ServerURL
    let proxy: HTTPProxy?
    /// Where the way is remembered.
    let memoryFile: String
    /// The arguments that make this program a `TLSRelay`.
    let relay: [String]

    /// Creates a dialer.
    public init(
        gateway: (host: String, port: Int, otherPorts: [Int]), server: ServerURL, proxy: HTTPProxy?,
        memoryFile: String, relay: [String]
    ) {
        self.gateway = gateway
        self.server = server
        self.proxy = proxy
        self.memoryFile = memoryFile
        self.relay = relay
    }

    /// The ways that there are, the best first.
    var ways: [TunnelWay] {
        TunnelWay.allCases.filter { way in
            switch way {
            case .direct, .tls: true
            case .otherPort: !self.gateway.otherPorts.isEmpty
            case .proxy, .proxyTLS: self.proxy != nil
            }
        }
    }

    /// Passes ssh a connection by the first way that works, and remembers the way.
    ///
    /// - Throws: `WatchmanError` (`unavailable`) with what became of the way that should have worked.
    public func dial() throws {
        let (memory, now) = (WayMemory.read(self.memoryFile), WayMemory.now)
        let order = WayMemory.order(memory, self.ways, now: now)
        let expected = memory?.way ?? (self.proxy == nil ? .direct : .proxy)
        var problems: [TunnelWay: any Error] = [:]
        for way in order {
            do {
                let isUnlikely = order.firstIndex(of: expected).map { order[..<$0].contains(way) } ?? false
                let seconds = memory != nil && isUnlikely ? Self.impatience : Self.patience
                let found = try self.better(memory?.way, than: way, try self.reach(way, within: seconds))
                try TCPSocket.pass(found.descriptor)
                let news = memory?.worked(found.way, now: now) ?? WayMemory(found.way, now: now)
                if news != memory { try? news.write(self.memoryFile) }
                return
            } catch {
                problems[way] = error
            }
        }
        try? memory?.failed(now: now).write(self.memoryFile)
        throw problems[expected] ?? problems[order[0]] ?? WatchmanError(.internal, "no way to the gateway")
    }

    /// The network may have come back just after the usual way was tried: before a worse one is taken, it has another try.
    private func better(_ usual: TunnelWay?, than way: TunnelWay, _ descriptor: Int32) throws
        -> (way: TunnelWay, descriptor: Int32)
    {
        let all = TunnelWay.allCases
        guard let usual, let rank = all.firstIndex(of: usual), all[(rank + 1)...].contains(way),
            let other = try? self.reach(usual, within: Self.impatience)
        else { return (way, descriptor) }
        close(descriptor)
        return (usual, other)
    }

    /// A connection on which ssh's greeting waits.
    private func reach(_ way: TunnelWay, within seconds: Int) throws -> Int32 {
        let (host, ports) =
            switch way {
            case .direct: (self.gateway.host, [self.gateway.port])
            case .otherPort: (self.gateway.host, self.gateway.otherPorts)
            case .proxy: (self.gateway.host, [self.gateway.port] + self.gateway.otherPorts)
            case .tls, .proxyTLS: (self.server.host, [self.server.port])
            }
        var problem: (any Error)?
        for port in ports {
            do {
                return try self.open(way, host, port, within: seconds)
            } catch {
                problem = problem ?? error
            }
        }
        throw problem ?? WatchmanError(.internal, "no port")
    }

    private func open(_ way: TunnelWay, _ host: String, _ port: Int, within seconds: Int) throws -> Int32 {
        var descriptor = try self.connect(way, host, port, within: seconds)
        do {
            if way == .tls || way == .proxyTLS { descriptor = try self.wrap(descriptor) }
            try TCPSocket.awaitGreeting(descriptor, within: seconds)
        } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }

    private func connect(_ way: TunnelWay, _ host: String, _ port: Int, within seconds: Int) throws -> Int32 {
        guard way == .proxy || way == .proxyTLS, let proxy else {
            return try TCPSocket.connect(host, port: port, within: seconds)
        }
        let descriptor = try TCPSocket.connect(proxy.host, port: proxy.port, within: seconds)
        do {
            try HTTPProxy.check(
                TCPSocket.exchangeHead(descriptor, proxy.request(host, port: port), within: seconds))
        } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// Leaves the connection to a helper that speaks TLS on it; ours is the end of what is inside.
    private func wrap(_ descriptor: Int32) throws -> Int32 {
        let (ours, theirs) = try TCPSocket.pair()
        defer { close(theirs) }
        do {
            try Helper.start(self.relay, descriptor, theirs)
        } catch {
            close(ours)
            throw error
        }
        close(descriptor)
        return ours
    }
}
