import Foundation
import HTTPTypes
import TestSupport
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// A browser in which someone is signed in, or nobody.
struct BrowserFixture: Sendable {
    static let origin = "https://localhost"
    static let password = "correct horse battery"
    let server: ServerFixture
    /// The session's token, or nil.
    var token: Secret?

    func get(_ path: String, headers: [String: String] = [:]) async throws -> Answer {
        try await self.server.call(.get, path, .remote, headers: self.headers.merging(headers) { $1 })
    }

    /// Sends a form, as this dashboard's own page would.
    func post(_ path: String, _ form: [String: String] = [:], headers: [String: String] = [:]) async throws -> Answer {
        let fields = form.map { "\(PercentEncoding.encode($0))=\(PercentEncoding.encode($1))" }.joined(separator: "&")
        let own = ["Content-Type": "application/x-www-form-urlencoded", "Origin": Self.origin]
        return try await self.server.call(
            .post, path, .remote, headers: self.headers.merging(own) { $1 }.merging(headers) { $1 },
            bytes: Array(fields.utf8))
    }

    private var headers: [String: String] {
        var headers = ["Accept": "text/html"]
        if let token { headers["Cookie"] = "\(SessionCookie.name)=\(token.revealed)" }
        return headers
    }
}

extension ServerFixture {
    /// A person who has chosen a password.
    func user(
        _ name: String, _ role: Role, mayReveal: Bool = false, scope: String? = nil, now: Date = Date()
    ) async throws -> User {
        let request = UserRequest(name: name, role: role, mayReveal: mayReveal, scope: scope)
        let link = try await self.fleet.addUser(request, actor: "local", now: now)
        let secret = Secret(String(link.path.revealed.split(separator: "/").last ?? ""))
        let hash = try await self.signIn.passwords.hash(Secret(BrowserFixture.password))
        return try await self.fleet.store.setPassword(hash, linkHash: Credential.hash(secret), now: now)
    }

    /// A browser in which a new person with this role is signed in.
    func browser(
        _ role: Role, name: String = "alice", mayReveal: Bool = false, scope: String? = nil, now: Date = Date()
    ) async throws -> BrowserFixture {
        _ = try await self.user(name, role, mayReveal: mayReveal, scope: scope, now: now)
        let opening = try await self.signIn.open(name, Secret(BrowserFixture.password), source: "192.0.2.1", now: now)
        guard case .session(let token) = opening else { throw WatchmanError(.internal, "a code is asked for") }
        return BrowserFixture(server: self, token: token)
    }

    /// A browser in which nobody is signed in.
    var stranger: BrowserFixture { BrowserFixture(server: self) }
}

extension Answer {
    var text: String { String(decoding: self.bytes, as: UTF8.self) }
    var location: String? { self.headers[.location] }

    /// The session's token that the answer sets; empty if it takes it away, nil if it leaves it.
    var token: String? {
        self.headers[values: .setCookie].first { $0.hasPrefix("\(SessionCookie.name)=") }
            .map { String($0.dropFirst(SessionCookie.name.utf8.count + 1).prefix { $0 != ";" }) }
    }
}

extension ServerFixture {
    /// Lets a device report, as its agent would.
    func checkIn(_ device: TestDevice, vitals: DeviceVitals = Sample.vitals(), now: Date) async throws {
        let report = CheckInRequest(facts: Sample.facts(), vitals: vitals, tunnelProblem: nil)
        _ = try await self.fleet.store.checkIn(
            device: device.id, sequence: Int64(now.timeIntervalSince1970 * 1000), report, now: now)
    }
}
