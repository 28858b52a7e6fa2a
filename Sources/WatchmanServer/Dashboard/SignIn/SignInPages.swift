import Foundation
import HTTPTypes
import Hummingbird
import WatchmanCore
import WatchmanStore

/// The doors: signing in and out, and the page that a one-time link leads to.
struct SignInPages: Sendable {
    /// Where the way to the provider begins.
    static let providerPath = "/sign-in/oidc"
    /// Where the provider sends the browser back to; it has to know this address.
    static let returnPath = "/sign-in/oidc/callback"
    let signIn: SignIn
    let templates: Templates

    var all: [Page] {
        [
            Page(.get, "/sign-in", .anyone) { visit in
                if visit.visitor != nil { return .seeOther("/") }
                return try self.form(visit, next: visit.asked("next"))
            },
            Page(.post, "/sign-in", .anyone, self.open),
            Page(.get, "/sign-in/code", .anyone) { visit in
                guard let halfway = visit.halfway, self.signIn.halfway.isOpen(halfway, now: visit.now) else {
                    return .seeOther("/sign-in")
                }
                return try self.codeForm(visit, next: visit.asked("next"))
            },
            Page(.post, "/sign-in/code", .anyone, self.prove),
            Page(.post, "/sign-out", .own, self.close),
            Page(.get, "/welcome/:secret", .anyone) { visit in
                let user = try await self.signIn.store.user(linkHash: try Self.linkHash(visit), now: visit.now)
                return try self.welcome(visit, user)
            },
            Page(.post, "/welcome/:secret", .anyone, self.choose),
        ]
    }

    private func open(_ visit: Visit) async throws -> Response {
        let name = visit.field("name")
        do {
            let next = PagePath.own(visit.field("next"))
            let opening = try await self.signIn.open(
                name, visit.secret("password"), source: visit.source, now: visit.now)
            switch opening {
            case .session(let token): return try await self.enter(visit, token, next)
            case .halfway(let token):
                var response = Response.seeOther(PagePath.query("/sign-in/code", [("next", next)]))
                response.setCookie(SessionCookie.halfway(token))
                return response
            }
        } catch let error as WatchmanError where [.unauthenticated, .unavailable].contains(error.code) {
            return try self.form(visit, name: name, next: visit.field("next"), error: error)
        }
    }

    private func prove(_ visit: Visit) async throws -> Response {
        let next = visit.field("next")
        do {
            let token = try await self.signIn.open(
                halfway: visit.halfway ?? Secret(""), code: visit.field("code"), source: visit.source, now: visit.now)
            var response = try await self.enter(visit, token, PagePath.own(next))
            response.setCookie(SessionCookie.noHalfway)
            return response
        } catch let error as WatchmanError where [.unauthenticated, .unavailable].contains(error.code) {
            return try self.codeForm(visit, next: next, error: error)
        } catch let error as WatchmanError where error.code == .notFound {
            var response = try self.form(visit, next: next, error: error)
            response.setCookie(SessionCookie.noHalfway)
            return response
        }
    }

    /// Goes on in a new session; the one that the browser had before ends.
    private func enter(_ visit: Visit, _ token: Secret, _ path: String) async throws -> Response {
        if let visitor = visit.visitor {
            try await self.signIn.store.endSession(visitor.session.id, actor: try visit.actor(), now: visit.now)
        }
        var response = Response.seeOther(path)
        response.setCookie(SessionCookie.cookie(token))
        return response
    }

    private func close(_ visit: Visit) async throws -> Response {
        let visitor = try visit.signedIn()
        try await self.signIn.store.endSession(visitor.session.id, actor: try visit.actor(), now: visit.now)
        var response = Response.seeOther("/sign-in")
        response.setCookie(SessionCookie.none)
        return response
    }

    private func choose(_ visit: Visit) async throws -> Response {
        let user = try await self.signIn.store.user(linkHash: try Self.linkHash(visit), now: visit.now)
        let password = visit.secret("password")
        guard password == visit.secret("again") else {
            let error = WatchmanError(.invalid, "the two passwords are not the same")
            return try self.welcome(visit, user, error: error)
        }
        do {
            let link = Secret(try visit.parameter("secret"))
            let token = try await self.signIn.welcome(link, password, source: visit.source, now: visit.now)
            return try await self.enter(visit, token, "/")
        } catch let error as WatchmanError where error.code == .invalid {
            return try self.welcome(visit, user, error: error)
        }
    }

    private func form(
        _ visit: Visit, name: String = "", next: String?, error: WatchmanError? = nil
    ) throws -> Response {
        let view = SignInView(
            layout: Layout("Sign in", nil, visit), name: name, next: PagePath.own(next ?? "/"), error: error?.message,
            provider: self.signIn.provider.map { provider in
                SignInView.Provider(
                    name: provider.settings.name,
                    path: PagePath.query(Self.providerPath, [("next", PagePath.own(next ?? "/"))]))
            })
        return try self.templates.page("sign-in", view, status: Self.status(error))
    }

    private func codeForm(_ visit: Visit, next: String?, error: WatchmanError? = nil) throws -> Response {
        let view = CodeView(
            layout: Layout("Sign in", nil, visit), next: PagePath.own(next ?? "/"), error: error?.message)
        return try self.templates.page("code", view, status: Self.status(error))
    }

    private static func status(_ error: WatchmanError?) -> HTTPResponse.Status {
        switch error?.code {
        case nil: .ok
        case .unavailable: .tooManyRequests
        default: .unauthorized
        }
    }

    private func welcome(_ visit: Visit, _ user: User, error: WatchmanError? = nil) throws -> Response {
        let view = WelcomeView(
            layout: Layout("Welcome", nil, visit), path: "/welcome/\(try visit.parameter("secret"))", name: user.name,
            role: user.role.rawValue, error: error?.message)
        return try self.templates.page("welcome", view, status: error == nil ? .ok : .badRequest)
    }

    private static func linkHash(_ visit: Visit) throws -> Data {
        Credential.hash(Secret(try visit.parameter("secret")))
    }
}

/// The sign-in form.
struct SignInView: Sendable {
    struct Provider: Sendable {
        let name: String
        let path: String
    }

    let layout: Layout
    /// What was typed.
    let name: String
    /// The page to go to afterwards.
    let next: String
    let error: String?
    /// Where else one can sign in, or nil.
    let provider: Provider?
}

/// The question for a one-time code.
struct CodeView: Sendable {
    let layout: Layout
    /// The page to go to afterwards.
    let next: String
    let error: String?
}

/// The form where a new person chooses a password.
struct WelcomeView: Sendable {
    let layout: Layout
    /// Where the form goes.
    let path: String
    let name: String
    let role: String
    let error: String?
}
