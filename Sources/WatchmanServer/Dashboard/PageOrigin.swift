import HTTPTypes
import Hummingbird
import WatchmanCore

/// Where the browser believes it is.
struct PageOrigin: Sendable {
    /// `https://HOST[:PORT]`.
    let text: String

    /// - Throws: `WatchmanError` (`invalid`) if the request names no host that can be one.
    init(_ request: Request) throws {
        let authority = request.head.authority ?? ""
        let isPlain = authority.utf8.allSatisfy { ASCII.isAlphanumeric($0) || ".-_:[]".utf8.contains($0) }
        guard isPlain, (1...260).contains(authority.utf8.count) else {
            throw WatchmanError(.invalid, "the request names no host")
        }
        self.text = "https://\(authority)"
    }

    /// Refuses what another site made the browser send. Browsers put Origin on every POST (Fetch standard, "append a request Origin
    /// header"); the session's cookie is SameSite=Strict besides.
    ///
    /// - Throws: `WatchmanError` (`forbidden`).
    func requireSame(_ request: Request) throws {
        guard request.headers[.origin] == self.text else {
            throw WatchmanError(.forbidden, "the form was not sent from this dashboard")
        }
    }
}

/// Paths of the dashboard that arrive from outside.
enum PagePath {
    /// The path if it leads to a page of ours, else the first page. `//host` and `/\host` would lead elsewhere.
    static func own(_ text: String) -> String {
        let bytes = Array(text.utf8.prefix(2000))
        let isOwn =
            bytes.first == UInt8(ascii: "/") && !bytes.dropFirst().starts(with: "/".utf8)
            && bytes.allSatisfy { ASCII.isGraphic($0) && $0 != UInt8(ascii: "\\") }
        return isOwn ? text : "/"
    }

    /// A path with a query of the values that are there.
    static func query(_ path: String, _ values: [(String, String?)]) -> String {
        let pairs = values.compactMap { name, value in value.map { (name, $0) } }
        return pairs.isEmpty ? path : "\(path)?\(self.fields(pairs))"
    }

    /// The values as a form sends them.
    static func fields(_ values: [(String, String)]) -> String {
        values.map { "\($0)=\(PercentEncoding.encode($1))" }.joined(separator: "&")
    }
}
