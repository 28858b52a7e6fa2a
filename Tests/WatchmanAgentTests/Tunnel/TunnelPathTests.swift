import Testing
import WatchmanCore
import WatchmanSystem

@testable import WatchmanAgent

@Suite struct TunnelPathTests {
    private static func endpoint(_ address: String, _ port: Int = 40000) throws -> TCPPeers.Endpoint {
        try #require(TCPPeers.Endpoint(address, port: port))
    }

    /// A tunnel from an address, and where a packet to the gateway would come from now.
    private static func path(
        _ local: String = "192.0.2.7", source: String? = nil, hasAddress: Bool = true, retransmits: Int = 0,
        next: Duration = .zero
    ) throws -> TunnelPath {
        TunnelPath(
            connection: TCPConnection(
                local: try Self.endpoint(local), remote: try Self.endpoint("203.0.113.1", 2222),
                retransmits: retransmits, nextRetransmit: next),
            hasAddress: hasAddress, source: try source.map { try Self.endpoint($0).address })
    }

    private static func renews(_ path: TunnelPath, _ change: TunnelPath.Change) -> Bool {
        if case .renew = path.verdict(change) { true } else { false }
    }

    @Test func `a change that leaves the way as it was leaves the tunnel as it is`() throws {
        #expect(try Self.path(source: "192.0.2.7").verdict(.network) == .keep)
    }

    @Test func `without a route the tunnel waits: the same address may come back`() throws {
        #expect(try Self.path(source: nil).verdict(.network) == .keep)
    }

    @Test func `a tunnel from an address that is gone is made anew`() throws {
        #expect(Self.renews(try Self.path(source: nil, hasAddress: false), .network))
        #expect(Self.renews(try Self.path(source: "198.51.100.3", hasAddress: false), .network))
    }

    @Test func `a tunnel whose packets would come from elsewhere is made anew`() throws {
        #expect(Self.renews(try Self.path(source: "198.51.100.3"), .network))
        #expect(Self.renews(try Self.path("2001:db8:1::5", source: "2001:db8:2::5"), .network))
    }

    @Test func `another IPv6 address of the same network is no other way`() throws {
        #expect(try Self.path("2001:db8:1::5", source: "2001:db8:1::99").verdict(.network) == .keep)
    }

    @Test func `other name servers do not touch a tunnel that is up`() throws {
        #expect(try Self.path(source: "198.51.100.3").verdict(.names) == .keep)
    }

    @Test func `a long sleep ends a tunnel, a nap does not`() throws {
        let path = try Self.path(source: "192.0.2.7")
        #expect(Self.renews(path, .slept(.seconds(15))))
        #expect(path.verdict(.slept(.seconds(14))) == .keep)
        #expect(Self.renews(try Self.path(source: "198.51.100.3"), .slept(.seconds(2))))
    }

    @Test(arguments: [(0, 0, true), (3, 9, true), (4, 2, true), (4, 3, false), (9, 60, false)])
    func `a connection that got no answer for long is doubted when the kernel waits for long`(
        retransmits: Int, next: Int, isKept: Bool
    ) throws {
        let verdict = try Self.path(retransmits: retransmits, next: .seconds(next)).verdict(.time)
        if case .renewIfReachable = verdict { #expect(!isKept) } else { #expect(isKept && verdict == .keep) }
    }

    @Test(arguments: [nil, TunnelProblem.noRoute, .networkDown, .name, .lost, .gatewayDown, .other])
    func `a change ends the wait for another attempt`(problem: TunnelProblem?) {
        for change in [TunnelPath.Change.network, .names, .slept(.seconds(2))] {
            #expect(TunnelPath(problem: problem).verdict(change) == .renew("the network changed"))
        }
        #expect(TunnelPath(problem: problem).verdict(.time) == .keep)
    }

    @Test(arguments: [TunnelProblem.keyRefused, .portRefused, .hostKey, .gatewayFull])
    func `who was turned away by the gateway waits whatever the network does`(problem: TunnelProblem) {
        #expect(TunnelPath(problem: problem).verdict(.network) == .keep)
    }
}
