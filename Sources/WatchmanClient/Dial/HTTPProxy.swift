import Foundation
public import WatchmanCore

/// The HTTP proxy of a site.
public struct HTTPProxy: Codable, Hashable, Sendable {
    /// Its host.
    public let host: String
    /// Its port.
    public let port: Int
    /// The user that it asks for, or nil if it asks for none.
    public var user: String?
    /// That user's password.
    public var password: Secret?

    /// Reads `http://HOST:PORT`. Only from the environment it may hold `USER:PASSWORD@`: everyone can read a command line.
    ///
    /// - Throws: `WatchmanError` (`invalid`).
    public init(_ text: String, allowsPassword: Bool = false) throws {
        let scheme = "http://"
        var rest = Substring(text)
        guard rest.hasPrefix(scheme) else { throw Self.problem }
        rest = rest.dropFirst(scheme.count)
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        if let at = rest.lastIndex(of: "@") {
            guard allowsPassword else {
                throw WatchmanError(
                    .invalid, "a proxy's user and password do not belong on a command line",
                    hint: "watchman register --proxy http://HOST:PORT --proxy-user NAME --proxy-password-file FILE")
            }
            let parts = rest[..<at].split(separator: ":", maxSplits: 1).map { $0.removingPercentEncoding ?? "" }
            self.user = parts.first
            self.password = Secret(parts.count > 1 ? parts[1] : "")
            rest = rest[rest.index(after: at)...]
        }
        guard let place = try? ServerURL("https://\(rest)"), rest.hasSuffix(":\(place.port)") else {
            throw Self.problem
        }
        self.host = place.host
        self.port = place.port
    }

    private static let problem = WatchmanError(
        .invalid, "this is not a proxy's address: it must look like http://proxy.example:3128")

    /// What is sent to have a connection made (RFC 9110, 9.3.6).
    func request(_ host: String, port: Int) -> [UInt8] {
        let place = "\(host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host):\(port)"
        var proof = ""
        if let user {
            let words = Data("\(user):\(self.password?.revealed ?? "")".utf8).base64EncodedString()
            proof = "Proxy-Authorization: Basic \(words)\r\n"
        }
        return Array("CONNECT \(place) HTTP/1.1\r\nHost: \(place)\r\n\(proof)\r\n".utf8)
    }

    /// Reads the head of the answer.
    ///
    /// - Throws: `WatchmanError` (`unavailable`) unless the connection is there.
    static func check(_ answer: [UInt8]) throws {
        let line = answer.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
        let words = line.split(separator: UInt8(ascii: " "), maxSplits: 1)
        let status = words.count == 2 ? words[1].prefix(3) : []
        guard words.first?.starts(with: "HTTP/1.".utf8) == true, status.count == 3, status.allSatisfy(ASCII.isDigit)
        else { throw WatchmanError(.unavailable, "the proxy does not answer like one") }
        switch status.first {
        case UInt8(ascii: "2"): return
        case _ where status.elementsEqual("407".utf8):
            throw WatchmanError(.unavailable, "the proxy asks for another user or password")
        default:
            let text = OutsideText.clean(String(decoding: words[1], as: UTF8.self), limit: 80)
            throw WatchmanError(.unavailable, "the proxy refuses: \(text)")
        }
    }
}
