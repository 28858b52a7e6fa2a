import Foundation
import HTTPTypes
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

@Suite struct AuthenticatorTests {
    @Test func `what is no API key of this server opens nothing`() async throws {
        try await ServerFixture.with { fixture in
            let key = try await fixture.apiKey()
            let token = try await fixture.token()
            let text = key.text.revealed
            let values = [
                "", "Bearer", "Bearer ", "Bearer x", text, "Basic \(text)", "Bearer \(token.text.revealed)",
                "Bearer \(text)x", "Bearer \(text.dropLast())", "Bearer \(text.uppercased())",
                "Bearer \(text.replacing(key.id, with: "aaaaaaaa"))",
                "Bearer wmk1.\(key.pin).\(key.id).\(RandomText.identifier(26))", "Bearer \(text), Bearer \(text)",
            ]
            for value in values {
                let answer = try await fixture.call(.get, "/api/v1/devices", .remote, headers: ["Authorization": value])
                #expect(answer.status == 401)
                #expect(answer.error?.hint == "watchman admin login")
                #expect(!String(decoding: answer.bytes, as: UTF8.self).contains(key.secret.revealed))
            }
            let good = try await fixture.call(
                .get, "/api/v1/devices", .remote, headers: ["Authorization": "Bearer \(text)"])
            #expect(good.status == 200)
        }
    }

    @Test func `the name in the audit is the key's, not one that the caller chose`() async throws {
        try await ServerFixture.with { fixture in
            let key = try await fixture.apiKey()
            let caller = try await Authenticator(store: fixture.fleet.store, transport: .remote).caller(
                .role(.admin), method: "GET", path: "/",
                headers: [.authorization: "Bearer \(key.text.revealed)"], body: [], now: Date())
            guard case .person(let person) = caller else {
                Issue.record("not an admin")
                return
            }
            #expect(person == Person(actor: "key:\(key.id)", role: .admin))
        }
    }
}
