import Foundation
import Hummingbird
import WatchmanCore
import WatchmanStore

/// People who may sign in, and the keys of their programs.
struct PeoplePage: Sendable {
    let fleet: Fleet
    let templates: Templates

    var all: [Page] {
        [
            Page(.get, "/people", .role(.admin)) { try await self.page($0) },
            Page(.post, "/people", .role(.admin), self.add),
            Page(.post, "/people/:user/rights", .role(.admin), self.changeRights),
            Page(.post, "/people/:user/reset", .role(.admin), self.reset),
            Page(.post, "/people/:user/sign-out", .role(.admin), self.signOut),
            Page(.post, "/people/:user/remove", .role(.admin), self.remove),
            Page(.post, "/people/keys", .role(.admin), self.makeKey),
            Page(.post, "/people/keys/:key/revoke", .role(.admin), self.revokeKey),
        ]
    }

    /// Links and keys are in the answer itself: they must not stand in an address.
    private func add(_ visit: Visit) async throws -> Response {
        do {
            let request = UserRequest(
                name: visit.field("name"), role: try Self.role(visit), mayReveal: Self.mayReveal(visit),
                scope: Self.scope(visit))
            if visit.field("provider") == "yes" {
                _ = try await self.fleet.addProviderUser(request, actor: try visit.actor(), now: visit.now)
                return .seeOther("/people")
            }
            let link = try await self.fleet.addUser(request, actor: try visit.actor(), now: visit.now)
            return try await self.page(visit, link: PeopleView.Link(link, server: self.fleet.address(visit)))
        } catch let error as WatchmanError where error.isAboutForm {
            return try await self.page(visit, typedUser: visit.field("name"), error: error)
        }
    }

    private func reset(_ visit: Visit) async throws -> Response {
        let name = try visit.parameter("user")
        let link = try await self.fleet.resetUser(name, actor: try visit.actor(), now: visit.now)
        return try await self.page(visit, link: PeopleView.Link(link, server: self.fleet.address(visit)))
    }

    private func changeRights(_ visit: Visit) async throws -> Response {
        do {
            let (name, actor) = (try visit.parameter("user"), try visit.actor())
            let change = UserChange(
                role: try Self.role(visit), mayReveal: Self.mayReveal(visit), scope: Self.scope(visit))
            _ = try await self.fleet.people { try await $0.changeUser(name, change, actor: actor, now: visit.now) }
            return .seeOther("/people")
        } catch let error as WatchmanError where error.isAboutForm {
            return try await self.page(visit, error: error)
        }
    }

    private func signOut(_ visit: Visit) async throws -> Response {
        let (name, actor) = (try visit.parameter("user"), try visit.actor())
        _ = try await self.fleet.people { (try await $0.endSessions(of: name, actor: actor, now: visit.now), []) }
        return .seeOther("/people")
    }

    private func remove(_ visit: Visit) async throws -> Response {
        let (name, actor) = (try visit.parameter("user"), try visit.actor())
        _ = try await self.fleet.people { try await $0.removeUser(name, actor: actor, now: visit.now) }
        return .seeOther("/people")
    }

    private func makeKey(_ visit: Visit) async throws -> Response {
        do {
            let request = APIKeyRequest(
                name: visit.field("name"), role: try Self.role(visit), mayReveal: Self.mayReveal(visit),
                scope: Self.scope(visit), lifetime: try Self.lifetime(visit))
            let key = try await self.fleet.makeKey(request, actor: try visit.actor(), now: visit.now)
            return try await self.page(visit, newKey: PeopleView.NewKey(key))
        } catch let error as WatchmanError where error.isAboutForm {
            return try await self.page(visit, typedKey: visit.field("name"), error: error)
        }
    }

    private func revokeKey(_ visit: Visit) async throws -> Response {
        _ = try await self.fleet.revokeKey(try visit.parameter("key"), actor: try visit.actor(), now: visit.now)
        return .seeOther("/people")
    }

    private func page(
        _ visit: Visit, link: PeopleView.Link? = nil, newKey: PeopleView.NewKey? = nil, typedUser: String = "",
        typedKey: String = "", error: WatchmanError? = nil
    ) async throws -> Response {
        let users = try await self.fleet.store.users(now: visit.now)
        let keys = try await self.fleet.store.apiKeys().map { $0.summary(at: visit.now) }
        let view = PeopleView(
            layout: Layout("People", .people, visit), note: error.map(Note.init), link: link, newKey: newKey,
            users: .init(users, visit), keys: .init(keys, visit), mayGrantReveal: visit.may(.reveal),
            hasProvider: self.fleet.issuer != nil, typedUser: typedUser, typedKey: typedKey)
        return try self.templates.page("people", view, status: error?.code.status ?? .ok)
    }

    private static func mayReveal(_ visit: Visit) -> Bool { visit.field("reveal") == "yes" }

    private static func scope(_ visit: Visit) -> String {
        let scope = visit.field("scope")
        return scope.isEmpty ? "all" : scope
    }

    private static func lifetime(_ visit: Visit) throws -> Int? {
        let text = visit.field("lifetime")
        guard let lifetime = text.isEmpty ? APIKeyRequest.usualLifetime : Int(text) else {
            throw WatchmanError(.invalid, "the lifetime is a whole number of seconds")
        }
        return lifetime
    }

    private static func role(_ visit: Visit) throws -> Role {
        guard let role = Role(rawValue: visit.field("role")) else {
            throw WatchmanError(.invalid, "the role is one of \(Role.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return role
    }
}
