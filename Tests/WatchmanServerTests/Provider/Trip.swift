import Foundation
import GRDB
import HTTPTypes
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// A browser on its way to the provider and back.
struct Trip: Sendable {
    let fixture: ServerFixture
    /// Where the browser was sent.
    let address: String
    /// What the browser keeps.
    var cookie: String
    var code: String
    var state: String

    /// Begins, and does at the provider what a person does there.
    init(_ fixture: ServerFixture, _ provider: FakeProvider, next: String? = nil) async throws {
        let answer = try await fixture.stranger.get(PagePath.query("/sign-in/oidc", [("next", next)]))
        self.fixture = fixture
        self.address = answer.location ?? ""
        self.cookie = answer.cookie(TripCookie.name) ?? ""
        (self.code, self.state) = try provider.visit(self.address)
    }

    /// Comes back.
    func arrive(_ more: [(String, String?)] = []) async throws -> Answer {
        let fields: [(String, String?)] = [("code", self.code), ("state", self.state)]
        let path = PagePath.query("/sign-in/oidc/callback", fields + more)
        return try await self.fixture.stranger.get(path, headers: ["Cookie": "\(TripCookie.name)=\(self.cookie)"])
    }

    /// A whole sign-in.
    @discardableResult static func sign(_ fixture: ServerFixture, _ provider: FakeProvider) async throws -> Answer {
        try await Trip(fixture, provider).arrive()
    }
}

extension Answer {
    /// The value of a cookie that the answer sets, or nil.
    func cookie(_ name: String) -> String? {
        self.headers[values: .setCookie].first { $0.hasPrefix("\(name)=") }
            .map { String($0.dropFirst(name.utf8.count + 1).prefix { $0 != ";" }) }
    }

    /// The page that it leads on to by itself, or nil.
    var passage: String? {
        HTTPField.Name("Refresh").flatMap { self.headers[$0] }.map { String($0.dropFirst("0; url=".utf8.count)) }
    }
}

extension ServerFixture {
    func person(_ name: String) async throws -> User? { try await self.fleet.store.user(named: name) }

    /// Lets a person in who signs in at the provider.
    func expect(_ name: String, _ role: Role = .viewer) async throws {
        _ = try await self.fleet.addProviderUser(
            UserRequest(name: name, role: role), actor: "local", now: Date())
    }

    func sessionCount() async throws -> Int {
        try await self.fleet.store.read { db in try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM session") ?? -1 }
    }
}
