import HTTPTypes
import Hummingbird

/// What every page tells the browser to refuse.
enum PageHeaders {
    /// Everything comes from here, nothing is inline, nobody may frame it (CSP level 3).
    static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    /// Referrer-Policy is not `no-referrer`: under that one browsers send `Origin: null` with our own forms (Fetch standard, "append a
    /// request Origin header").
    private static let fields: [(String, String)] = [
        ("Content-Security-Policy", Self.policy), ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"), ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"), ("Strict-Transport-Security", "max-age=31536000"),
    ]

    /// Adds them; what holds data of the fleet is kept nowhere.
    static func add(to response: inout Response) {
        for (name, value) in self.fields {
            if let name = HTTPField.Name(name) { response.headers[name] = value }
        }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    }
}
