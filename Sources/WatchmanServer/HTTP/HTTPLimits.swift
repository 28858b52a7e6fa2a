/// How much the HTTP ports bear, so that one caller cannot use up what all share.
public struct HTTPLimits: Hashable, Sendable {
    /// Bytes of a request's line and headers, and how many headers there may be. Browsers and our own client stay far below.
    public var headBytes = 16 << 10
    /// Headers of a request.
    public var headFields = 64
    /// Seconds for the TLS handshake, and for the first byte of a tunnel.
    public var handshake = 10
    /// Seconds from a request's first byte to its last, however steadily it drips.
    public var request = 30
    /// Seconds that a connection may be quiet between requests: twice an agent's interval, so that its connection lasts.
    public var idle = 60
    /// Seconds for which a caller may take nothing of an answer.
    public var stall = 60
    /// Requests that a connection may send before it has the first answer.
    public var pipelined = 16
    /// Connections in all: each agent keeps one, so these are 10,000 devices and some people. Half of the files that the process may open is the
    /// limit below that.
    public var connections = 16_384
    /// Connections from one address (IPv6: one /64): a quarter of all. A site of 4,000 devices behind one NAT fits, and one address that
    /// attacks leaves three quarters to all others.
    public var connectionsPerSource = 4096

    /// Tunnels that come by TLS, in all; from one address a quarter of them. A fifth of the files that the process may open is the limit below
    /// that.
    public var tunnels = 20_000

    /// The usual limits.
    public init() {}
}
