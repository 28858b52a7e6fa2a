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
            Page(.post, "/people/:user/role", .role(.admin), self.changeRole),
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
            let request = UserRequest(name: visit.field("name"), role: try Self.role(visit))
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

    private func changeRole(_ visit: Visit) async throws -> Response {
        let (name, role, actor) = (try visit.parameter("user"), try Self.role(visit), try visit.actor())
        _ = try await self.fleet.people {
            try await $0.changeUser(name, role: role, actor: actor, now: visit.now)
        }
        return .seeOther("/people")
    }

    private func signOut(_ visit: Visit) async throws -> Response {
        let (name, actor) = (try visit.parameter("user"), try visit.actor())
        _ = try await self.fleet.people { try await $0.endSessions(of: name, actor: actor, now: visit.now) }
        return .seeOther("/people")
    }

    private func remove(_ visit: Visit) async throws -> Response {
        let (name, actor) = (try visit.parameter("user"), try visit.actor())
        _ = try await self.fleet.people { try await $0.removeUser(name, actor: actor, now: visit.now) }
        return .seeOther("/people")
    }

    private func makeKey(_ visit: Visit) async throws -> Response {
        do {
            let request = APIKeyRequest(name: visit.field("name"), role: try Self.role(visit))
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
        let keys = try await self.fleet.store.apiKeys().map(\.summary)
        let view = PeopleView(
            layout: Layout("People", .people, visit), note: error.map(Note.init), link: link, newKey: newKey,
            users: .init(users, visit), keys: .init(keys, visit), typedUser: typedUser, typedKey: typedKey)
        return try self.templates.page("people", view, status: error?.code.status ?? .ok)
    }

    private static func role(_ visit: Visit) throws -> Role {
        guard let role = Role(rawValue: visit.field("role")) else {
            throw WatchmanError(.invalid, "the role is one of \(Role.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return role
    }
}
