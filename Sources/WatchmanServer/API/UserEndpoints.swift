import Foundation
import HTTPTypes
import WatchmanCore
import WatchmanStore

/// People who may sign in to the dashboard.
struct UserEndpoints: Sendable {
    let fleet: Fleet

    var all: [Endpoint] {
        [
            Endpoint(.get, "/api/v1/users", .role(.admin), "List people", self.list),
            Endpoint(.post, "/api/v1/users", .role(.admin), "Let a person in", self.add),
            Endpoint(
                .post, "/api/v1/provider-users", .role(.admin), "Let a person in who signs in at the provider",
                self.addAtProvider),
            Endpoint(.patch, "/api/v1/users/:user", .role(.admin), "Give a person other rights", self.change),
            Endpoint(.delete, "/api/v1/users/:user", .role(.admin), "Forget a person", self.remove),
            Endpoint(.post, "/api/v1/users/:user/reset", .role(.admin), "Make a person choose a password", self.reset),
            Endpoint(.post, "/api/v1/users/:user/sign-out", .role(.admin), "End a person's sessions", self.signOut),
        ]
    }

    private func list(_ call: Call) async throws -> UserList {
        UserList(users: try await self.fleet.store.users(now: call.now))
    }

    private func add(_ call: Call, _ request: UserRequest) async throws -> SignInLink {
        try await self.fleet.addUser(request, actor: try call.actor(), now: call.now)
    }

    private func addAtProvider(_ call: Call, _ request: UserRequest) async throws -> UserSummary {
        try await self.fleet.addProviderUser(request, actor: try call.actor(), now: call.now)
    }

    private func change(_ call: Call, _ change: UserChange) async throws -> UserSummary {
        let (name, actor) = (try call.parameter("user"), try call.actor())
        return try await self.fleet.people { try await $0.changeUser(name, change, actor: actor, now: call.now) }
    }

    private func remove(_ call: Call) async throws -> UserSummary {
        let (name, actor) = (try call.parameter("user"), try call.actor())
        return try await self.fleet.people { try await $0.removeUser(name, actor: actor, now: call.now) }
    }

    private func reset(_ call: Call) async throws -> SignInLink {
        try await self.fleet.resetUser(try call.parameter("user"), actor: try call.actor(), now: call.now)
    }

    private func signOut(_ call: Call) async throws -> UserSummary {
        let (name, actor) = (try call.parameter("user"), try call.actor())
        return try await self.fleet.people { (try await $0.endSessions(of: name, actor: actor, now: call.now), []) }
    }
}
