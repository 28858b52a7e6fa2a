import Foundation
import Testing
import WatchmanCore

/// People as an admin adds, lists, changes and removes them.
@Suite(.logs)
struct UsersTests {
    @Test func `a new server knows nobody, and a person begins with a link`() async throws {
        try await ServerFixture.with { server in
            let none = try await server.watchman("admin", "users", "list", "--format", "json")
            #expect(try WireJSON.decode(UserList.self, from: none.output).users.isEmpty)
            let added = try await server.watchman("admin", "users", "add", "alice", "--role", "admin")
            #expect(added.status == 0)
            #expect(added.lines.count == 1)
            #expect(added.text.hasPrefix("\(server.url)/welcome/"))
            #expect(added.errorText.hasPrefix("watchman: alice (admin) chooses a password there; ends "))
            #expect(added.errorLines.last?.contains("fingerprint") == true)
            let list = try await server.watchman("admin", "users")
            #expect(list.lines.count == 2)
            #expect(list.lines[0].hasPrefix("NAME   ROLE   REVEAL  STATE    CODE  SESSIONS  LAST SIGN-IN  ADDED"))
            #expect(list.lines[1].hasPrefix("alice  admin  no      invited  no    0         -             2"))
            let secret = try #require(added.text.split(separator: "/").last)
            #expect(!list.text.contains(secret.prefix(26)))
        }
    }

    @Test func `a person gets another role, another link, and is removed`() async throws {
        try await ServerFixture.with { server in
            let first = try await server.watchman("admin", "users", "add", "bob")
            let role = try await server.watchman("admin", "users", "role", "bob", "operator")
            #expect(role.lines == ["bob is now operator"])
            let reset = try await server.watchman("admin", "users", "reset", "bob", "--format", "json")
            let link = try WireJSON.decode(SignInLink.self, from: reset.output)
            #expect(link.user.role == .operator && link.user.state == .invited)
            #expect(!first.text.contains(link.path.revealed))
            let out = try await server.watchman("admin", "users", "sign-out", "bob")
            #expect(out.lines == ["bob is signed out"])
            let removed = try await server.watchman("admin", "users", "remove", "bob")
            #expect(removed.lines == ["removed bob"])
            let again = try await server.watchman("admin", "users", "remove", "bob")
            #expect(again.status == 1)
            #expect(again.errorLines.first == "watchman: error: no user 'bob'")
        }
    }

    @Test func `a person gets the permission reveal and a scope, and loses them`() async throws {
        try await ServerFixture.with { server in
            let added = try await server.watchman(
                "admin", "users", "add", "bob", "--role", "operator", "--reveal", "--scope", "site=berlin")
            #expect(added.status == 0)
            let list = try await server.watchman("admin", "users", "list", "--format", "json")
            let bob = try #require(try WireJSON.decode(UserList.self, from: list.output).users.first)
            #expect(bob.mayReveal && bob.scope == "site=berlin" && !bob.hasSecondFactor)
            let scoped = try await server.watchman("admin", "users", "change", "bob", "--scope", "site=paris+arm")
            #expect(scoped.lines == ["bob is now operator of site=paris+arm and may reveal root passwords"])
            let open = try await server.watchman("admin", "users", "change", "bob", "--no-reveal", "--scope", "all")
            #expect(open.lines == ["bob is now operator of all devices"])
            #expect(try await server.watchman("admin", "users", "change", "bob").status == 64)
            let wrong = try await server.watchman("admin", "users", "change", "bob", "--scope", "site berlin")
            #expect(wrong.status == 64 && wrong.text == "")
        }
    }

    @Test func `names that will not do and names that are taken are refused`() async throws {
        try await ServerFixture.with { server in
            _ = try await server.watchman("admin", "users", "add", "bob")
            let taken = try await server.watchman("admin", "users", "add", "bob", "--role", "admin")
            #expect(taken.status == 1)
            #expect(taken.errorLines.first == "watchman: error: the name bob is taken")
            for name in ["Bob", "b b", "../x", "b\u{301}", ""] {
                let result = try await server.watchman("admin", "users", "add", name)
                #expect(result.status == 64)
                #expect(result.text == "")
            }
            let king = try await server.watchman("admin", "users", "add", "carol", "--role", "king")
            #expect(king.status == 64)
        }
    }
}
