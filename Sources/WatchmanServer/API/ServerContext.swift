import Hummingbird
import Logging
import NIOCore
import Synchronization
import WatchmanCore

/// What goes with a request on its way through the router.
struct ServerContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The caller's IP address, or `local` on the Unix socket. A proxy's headers are ignored, because anyone can write them.
    let source: String
    /// What the log's lines, the `X-Request-Id` header and the message of a fault have in common.
    let requestID: String
    let notes = RequestNotes()

    init(source: ApplicationRequestContextSource) {
        self.coreContext = .init(source: source)
        self.source = Self.address(source.channel)
        self.requestID = String(UInt64.random(in: .min ... .max), radix: 36)
    }

    /// A connection whose other side is gone already has no address any more: it counts as `unknown`, never as local.
    private static func address(_ channel: any Channel) -> String {
        if case .unixDomainSocket = channel.localAddress { return "local" }
        let text = channel.remoteAddress?.ipAddress ?? "unknown"
        // A port that listens on :: sees IPv4 callers as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2).
        let mapped = "::ffff:"
        let isMapped = text.utf8.starts(with: mapped.utf8) && text.utf8.contains(UInt8(ascii: "."))
        return isMapped ? String(decoding: text.utf8.dropFirst(mapped.utf8.count), as: UTF8.self) : text
    }
}

/// What becomes known about a request on its way, for the line that the log gets at its end.
final class RequestNotes: Sendable {
    private let name = Mutex("nobody")
    private let cause = Mutex<String?>(nil)

    /// Who asks: `local`, `key:ID`, `user:NAME`, `device:ID` or `nobody`.
    var actor: String {
        get { self.name.withLock { $0 } }
        set { self.name.withLock { $0 = newValue } }
    }

    /// Why someone was not believed who claimed to be somebody, or nil.
    var disbelief: String? {
        get { self.cause.withLock { $0 } }
        set { self.cause.withLock { $0 = newValue } }
    }
}
