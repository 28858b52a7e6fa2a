import Foundation
import HTTPTypes
import Hummingbird
import WatchmanCore
import WatchmanStore

/// A person's own password and one-time codes.
struct AccountPage: Sendable {
    let signIn: SignIn
    /// The server's name, which authenticator apps show, or nil for the one the browser used.
    let host: String?
    let templates: Templates

    var all: [Page] {
        [
            Page(.get, "/account", .own) { try await self.page($0) },
            Page(.post, "/account/password", .own) { try await self.acting($0, self.changePassword) },
            Page(.post, "/account/second-factor", .own) { visit in
                try await self.acting(visit) { visit, user in
                    try await self.signIn.secondFactor.offer(user)
                    return .seeOther("/account")
                }
            },
            Page(.post, "/account/second-factor/confirm", .own) { try await self.acting($0, self.confirm) },
            Page(.post, "/account/second-factor/renew", .own) { visit in
                try await self.acting(visit) { visit, user in
                    try await self.requireCode(visit, user)
                    let codes = try await self.signIn.secondFactor.renew(
                        user, actor: try visit.actor(), now: visit.now)
                    return try await self.page(visit, codes: codes)
                }
            },
            Page(.post, "/account/second-factor/remove", .own) { visit in
                try await self.acting(visit) { visit, user in
                    try await self.requireCode(visit, user)
                    try await self.signIn.store.dropSecondFactor(
                        of: user.id, actor: try visit.actor(), now: visit.now)
                    return .seeOther("/account")
                }
            },
        ]
    }

    private func acting(
        _ visit: Visit, _ act: (Visit, User) async throws -> Response
    ) async throws -> Response {
        do {
            return try await act(visit, try await self.user(visit))
        } catch let error as WatchmanError where error.isAboutForm {
            return try await self.page(visit, error: error)
        }
    }

    private func changePassword(_ visit: Visit, _ user: User) async throws -> Response {
        let password = visit.secret("password")
        guard password == visit.secret("again") else {
            throw WatchmanError(.invalid, "the two passwords are not the same")
        }
        let token = try await self.signIn.changePassword(
            user.id, from: visit.secret("old"), to: password, actor: try visit.actor(), now: visit.now)
        var response = Response.seeOther("/account")
        response.setCookie(SessionCookie.cookie(token))
        return response
    }

    private func confirm(_ visit: Visit, _ user: User) async throws -> Response {
        let codes = try await self.signIn.secondFactor.confirm(
            visit.field("code"), of: user, session: try visit.signedIn().session.id, actor: try visit.actor(),
            now: visit.now)
        guard let codes else { throw Self.wrongCode }
        return try await self.page(visit, codes: codes)
    }

    private func requireCode(_ visit: Visit, _ user: User) async throws {
        let isRight = try await self.signIn.accepts(
            visit.field("code"), of: user, source: visit.source, now: visit.now)
        guard isRight else { throw Self.wrongCode }
    }

    private func user(_ visit: Visit) async throws -> User {
        guard let user = try await self.signIn.store.user(id: try visit.signedIn().session.userID) else {
            throw WatchmanError(.unauthenticated, "nobody is signed in")
        }
        return user
    }

    private func page(_ visit: Visit, codes: [Secret]? = nil, error: WatchmanError? = nil) async throws -> Response {
        let user = try await self.user(visit)
        let secret = try self.signIn.secondFactor.offered(user)
        let offer = secret.map { AccountView.Offer($0, name: user.name, host: self.host ?? visit.host) }
        let left = try await self.signIn.store.recoveryCodes(of: user.id)
        let view = AccountView(
            user, rights: try user.rights().words, owes: try visit.signedIn().owesSecondFactor, offer: offer,
            left: left, codes: codes, error: error, visit)
        return try self.templates.page("account", view, status: error?.code.status ?? .ok)
    }

    private static let wrongCode = WatchmanError(.invalid, "the code is wrong or was used before")
}
