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
        let (host, port) = Self.split(rest)
        guard Self.isHost(host), let port = port.map({ Int(String(decoding: $0, as: UTF8.self)) }) ?? Self.defaultPort,
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

    /// `HOST:PORT` or `[IPV6]:PORT`, the port optional.
    private static func split(_ text: ArraySlice<UInt8>) -> (host: ArraySlice<UInt8>, port: ArraySlice<UInt8>?) {
        if text.first == UInt8(ascii: "["), let end = text.firstIndex(of: UInt8(ascii: "]")) {
            let rest = text[(end + 1)...]
            return (text[(text.startIndex + 1)..<end], rest.first == UInt8(ascii: ":") ? rest.dropFirst() : nil)
        }
        guard let colon = text.lastIndex(of: UInt8(ascii: ":")) else { return (text, nil) }
        return (text[..<colon], text[(colon + 1)...])
    }

    /// Letters, digits, `.`, `-`, `_` and `:`, beginning with a letter, digit or `:`: nothing that ssh or a shell would read otherwise.
    private static func isHost(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first, bytes.count <= 253 else { return false }
        guard ASCII.isAlphanumeric(first) || first == UInt8(ascii: ":") else { return false }
        return bytes.allSatisfy { ASCII.isAlphanumeric($0) || ".-_:".utf8.contains($0) }
    }
}
