import Hummingbird
import WatchmanCore
import WatchmanStore

/// The cookie that holds a session's token. `__Host-` makes browsers refuse it from another host or path, or without TLS (RFC 6265bis).
enum SessionCookie {
    static let name = "__Host-watchman"

    /// That of a browser whose person has yet to give a code.
    static let halfwayName = "__Host-watchman-halfway"

    /// The token that the browser sent, or nil.
    static func token(_ request: Request) -> Secret? { request.cookies[self.name].map { Secret($0.value) } }

    /// The token of a sign-in that waits for a code, or nil.
    static func halfway(_ request: Request) -> Secret? { request.cookies[self.halfwayName].map { Secret($0.value) } }

    /// The cookie for a token.
    static func cookie(_ token: Secret) -> Cookie {
        self.make(self.name, token.revealed, maxAge: Int(Session.lifetime))
    }

    /// The cookie for the token of a sign-in that waits for a code.
    static func halfway(_ token: Secret) -> Cookie {
        self.make(self.halfwayName, token.revealed, maxAge: Int(HalfwaySignIns.lifetime))
    }

    /// Makes the browser forget the token.
    static var none: Cookie { self.make(self.name, "", maxAge: 0) }
    /// Makes the browser forget a sign-in that waited for a code.
    static var noHalfway: Cookie { self.make(self.halfwayName, "", maxAge: 0) }

    private static func make(_ name: String, _ value: String, maxAge: Int) -> Cookie {
        Cookie(name: name, value: value, maxAge: maxAge, path: "/", secure: true, httpOnly: true, sameSite: .strict)
    }
}
