import Hummingbird
import WatchmanCore
import WatchmanStore

/// The cookie that holds a session's token. `__Host-` makes browsers refuse it from another host or path, or without TLS (RFC 6265bis).
enum SessionCookie {
    static let name = "__Host-watchman"

    /// The token that the browser sent, or nil.
    static func token(_ request: Request) -> Secret? { request.cookies[self.name].map { Secret($0.value) } }

    /// The cookie for a token.
    static func cookie(_ token: Secret) -> Cookie { self.make(token.revealed, maxAge: Int(Session.lifetime)) }

    /// Makes the browser forget the token.
    static var none: Cookie { self.make("", maxAge: 0) }

    private static func make(_ value: String, maxAge: Int) -> Cookie {
        Cookie(
            name: self.name, value: value, maxAge: maxAge, path: "/", secure: true, httpOnly: true, sameSite: .strict)
    }
}
