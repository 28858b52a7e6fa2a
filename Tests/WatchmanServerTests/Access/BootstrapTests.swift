import Foundation
import GRDB
import HTTPTypes
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// A new server lets nobody in but root on it.
@Suite struct BootstrapTests {
    @Test func `a new server has no person, key, session, link or token`() async throws {
        try await ServerFixture.with { fixture in
            for table in ["user", "apiKey", "session", "signInLink", "joinToken", "recoveryCode", "device"] {
                let count = try await fixture.fleet.store.read { db in
                    try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM \(table)")
                }
                #expect(count == 0, "\(table)")
            }
        }
    }

    @Test(arguments: [
        ("admin", "admin"), ("admin", ""), ("root", ""), ("", ""), ("admin", "password"), ("watchman", "watchman"),
        ("local", ""), ("admin", "changeme12345"), ("user:admin", "admin"),
    ])
    func `no name and password that others ship opens it`(name: String, password: String) async throws {
        try await ServerFixture.with { fixture in
            let answer = try await fixture.stranger.post("/sign-in", ["name": name, "password": password])
            #expect(answer.status == 401 && answer.token == nil)
        }
    }

    @Test(arguments: ["", "0", "none", "null", "admin", String(repeating: "a", count: 26), "%2e%2e", "*"])
    func `no link opens it that nobody made`(secret: String) async throws {
        try await ServerFixture.with { fixture in
            let form = ["password": BrowserFixture.password, "again": BrowserFixture.password]
            let answer = try await fixture.stranger.post("/welcome/\(secret)", form)
            #expect(answer.status == 404 || answer.status == 405)
            #expect(answer.token == nil)
            #expect(try await fixture.fleet.store.users(now: Date()).isEmpty)
        }
    }

    @Test func `the first admin is made on the server, and their link works once`() async throws {
        try await ServerFixture.with { fixture in
            let request = UserRequest(name: "alice", role: .admin)
            let bytes = Array(try WireJSON.encode(request))
            let remote = try await fixture.call(.post, "/api/v1/users", .remote, bytes: bytes)
            #expect(remote.status == 401)
            let link = try await fixture.admin(.post, "/api/v1/users", request).decode(SignInLink.self)
            let form = ["password": BrowserFixture.password, "again": BrowserFixture.password]
            let uses = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<10 {
                    group.addTask { try await fixture.stranger.post(link.path.revealed, form).token != nil }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(uses == 1)
        }
    }
}
