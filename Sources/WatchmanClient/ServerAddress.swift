import WatchmanCore

/// How to reach a server.
public enum ServerAddress: Hashable, Sendable {
    /// By its Unix socket, on the same machine.
    case socket(String)
    /// Over HTTPS: `https://HOST:PORT`, and the CA certificate (PEM) that was checked against a pin.
    case remote(ServerURL, authority: String)
}

/// An address of the form `https://HOST[:PORT]`.
public struct ServerURL: Hashable, Sendable, Codable {
    /// The port when none is given.
    public static let defaultPort = 8443
    /// Host name or address, without brackets.
    public let host: String
    /// The HTTPS port.
    public let port: Int

    /// Reads an address.
    ///
    /// - Throws: `WatchmanError` (`invalid`) that shows what it should look like.
    public init(_ text: String) throws {
        let shown = OutsideText.clean(text, limit: 100)
        let problem = WatchmanError(
            .invalid, "'\(shown)' is not a server's address: it must look like https://tower.example:8443")
        let scheme = Array("https://".utf8)
        var rest = Array(text.utf8)[...]
        guard rest.starts(with: scheme) else { throw problem }
        rest = rest.dropFirst(scheme.count)
        if rest.last == UInt8(ascii: "/") { rest = rest.dropLast() }
        guard let (host, digits) = Self.split(rest), digits?.allSatisfy(ASCII.isDigit) ?? true,
            let port = digits.map({ Int(String(decoding: $0, as: UTF8.self)) }) ?? Self.defaultPort,
            (1...65535).contains(port)
        else { throw problem }
        self.host = String(decoding: host, as: UTF8.self)
        self.port = port
    }

    /// Reads the text form.
    public init(from decoder: any Decoder) throws {
        self = try ServerURL(try decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the text form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.text)
    }

    /// The address as text.
    public var text: String {
        "https://\(self.host.utf8.contains(UInt8(ascii: ":")) ? "[\(self.host)]" : self.host):\(self.port)"
    }

    /// `HOST:PORT` or `[IPV6]:PORT`, the port optional; nil if it is neither.
    private static func split(_ text: ArraySlice<UInt8>) -> (host: ArraySlice<UInt8>, port: ArraySlice<UInt8>?)? {
        let isBracketed = text.first == UInt8(ascii: "[")
        let host =
            isBracketed ? text.dropFirst().prefix { $0 != UInt8(ascii: "]") } : text.prefix { $0 != UInt8(ascii: ":") }
        let rest = text[host.endIndex...].dropFirst(isBracketed ? 1 : 0)
        guard isBracketed ? HostName.isIPv6(host) && host.endIndex < text.endIndex : HostName.isName(host) else {
            return nil
        }
        guard let colon = rest.first else { return (host, nil) }
        return colon == UInt8(ascii: ":") ? (host, rest.dropFirst()) : nil
    }
}
