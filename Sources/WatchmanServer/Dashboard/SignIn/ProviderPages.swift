import Foundation
import HTTPTypes
import Hummingbird
import WatchmanCore

/// The way to the provider and back. Both are addresses that a browser only passes through, by GET: the provider's redirect cannot be
/// anything else, and a form may lead to no other host (the policy's form-action).
struct ProviderPages: Sendable {
    let fleet: Fleet
    let signIn: SignIn
    let templates: Templates

    var all: [Page] {
        guard let provider = self.signIn.provider else { return [] }
        return [
            Page(.get, SignInPages.providerPath, .anyone) { try await self.leave(provider, $0) },
            Page(.get, SignInPages.returnPath, .anyone) { try await self.arrive(provider, $0) },
        ]
    }

    private func leave(_ provider: Provider, _ visit: Visit) async throws -> Response {
        let next = PagePath.own(visit.asked("next") ?? "/")
        if visit.visitor != nil { return .seeOther(next) }
        let (address, cookie) = try await self.signIn.beginTrip(
            provider, origin: visit.origin, next: next, now: visit.now)
        var response = Response.seeOther(address)
        response.setCookie(TripCookie.cookie(cookie))
        return response
    }

    private func arrive(_ provider: Provider, _ visit: Visit) async throws -> Response {
        let answer = ProviderAnswer(
            code: visit.asked("code"), state: visit.asked("state"), issuer: visit.asked("iss"),
            error: visit.asked("error"))
        let (token, next) = try await self.signIn.endTrip(
            provider, answer, cookie: visit.trip, source: visit.source, now: visit.now
        ) { try await self.fleet.rightsEnded(of: $0) }
        let view = PassageView(
            layout: Layout("Signed in", nil, visit), heading: "You are signed in", text: nil, next: next, label: "Go on"
        )
        var response = try self.templates.passage(view)
        response.setCookie(SessionCookie.cookie(token))
        response.setCookie(TripCookie.none)
        return response
    }
}

/// A page that leads on by itself, and has a link for whom it does not.
///
/// After a redirect that another site began the browser keeps a strict cookie to itself; what a page of ours leads to gets it. And no
/// policy of ours has to let forms go to other hosts.
struct PassageView: Sendable {
    let layout: Layout
    let heading: String
    let text: String?
    /// Where it leads to.
    let next: String
    let label: String
}

extension Templates {
    func passage(_ view: PassageView) throws -> Response {
        var response = try self.page("passage", view)
        if let name = HTTPField.Name("Refresh") { response.headers[name] = "0; url=\(view.next)" }
        return response
    }
}

/// The cookie that holds a sign-in which is under way at the provider. Lax, because the browser comes back from another site: a strict one
/// would not be there then.
enum TripCookie {
    static let name = "__Host-watchman-trip"

    /// What the browser sent, or nil.
    static func value(_ request: Request) -> Secret? { request.cookies[self.name].map { Secret($0.value) } }

    static func cookie(_ trip: Secret) -> Cookie { self.make(trip.revealed, maxAge: Int(ProviderTrip.lifetime)) }

    /// Makes the browser forget it.
    static var none: Cookie { self.make("", maxAge: 0) }

    private static func make(_ value: String, maxAge: Int) -> Cookie {
        Cookie(name: self.name, value: value, maxAge: maxAge, path: "/", secure: true, httpOnly: true, sameSite: .lax)
    }
}
