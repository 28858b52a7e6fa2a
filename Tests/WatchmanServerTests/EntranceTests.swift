import Foundation
import HTTPTypes
import Testing
import WatchmanCore

@testable import WatchmanGateway
@testable import WatchmanServer
@testable import WatchmanStore

/// Who is on a device, and the end of it.
@Suite struct EntranceTests {
    private static func line(_ fixture: ServerFixture, _ connection: Connection) throws -> String? {
        try KeyLookup.answer(
            database: fixture.gatewayDatabase, kind: "principals", user: "wm-jump", expectedUser: "wm-jump",
            subject: "\(connection.deviceID) \(connection.actor)", serial: "\(connection.serial)")
    }

    @Test func `connections are listed and ended by their number`() async throws {
        try await ServerFixture.with { fixture in
            let connection = try await fixture.connection(try await fixture.device(name: "tower"))
            let list = try await fixture.admin(.get, "/api/v1/connections").decode(ConnectionList.self)
            #expect(list.connections.map(\.deviceName) == ["tower"] && list.connections.map(\.id) == [connection.id])
            let ended = try await fixture.admin(.delete, "/api/v1/connections/\(connection.id)")
            #expect(try ended.decode(ConnectionSummary.self).actor == "user:alice")
            for other in ["999", "0", "-1", "x", "99999999999999999999", "1.0"] {
                let answer = try await fixture.admin(.delete, "/api/v1/connections/\(other)")
                #expect(answer.status == 404, "\(other)")
            }
        }
    }

    @Test func `a connection whose socket is gone is closed`() async throws {
        try await ServerFixture.with { fixture in
            _ = try await fixture.connection(try await fixture.device())
            try await fixture.fleet.entrances.reconcile(now: Date())
            #expect(try await fixture.fleet.store.connections() == [])
        }
    }

    @Test(arguments: ["DELETE /api/v1/users/alice", "POST /api/v1/users/alice/reset", "PATCH /api/v1/users/alice"])
    func `the gateway refuses the certificates of a person whose rights end`(change: String) async throws {
        try await ServerFixture.with { fixture in
            let device = try await fixture.device()
            for name in ["alice", "bob"] { _ = try await fixture.user(name, .operator) }
            let alice = try await fixture.connection(device)
            let bob = try await fixture.connection(device, as: "user:bob", port: 47401)
            let before = try Self.line(fixture, alice)
            #expect(before != nil)
            let words = change.split(separator: " ").map(String.init)
            var body: (any Encodable)?
            if words[0] == "POST" { body = Acknowledgement() }
            if words[0] == "PATCH" { body = UserChange(role: .viewer) }
            let answer = try await fixture.admin(.init(rawValue: words[0]) ?? .get, words[1], body)
            #expect(answer.status == 200)
            let (gone, kept) = (try Self.line(fixture, alice), try Self.line(fixture, bob))
            #expect(gone == nil && kept != nil)
            try await fixture.fleet.lookup.replaceAll([])
            try await fixture.fleet.synchronizeGateway()
            #expect(try Self.line(fixture, alice) == nil, "a gateway that is filled anew knows it, too")
        }
    }

    @Test func `the gateway refuses the certificates of a key that was revoked`() async throws {
        try await ServerFixture.with { fixture in
            let key = try await fixture.apiKey(.operator)
            let connection = try await fixture.connection(
                try await fixture.device(), as: Principal(name: "key:\(key.id)"))
            #expect(try Self.line(fixture, connection) != nil)
            _ = try await fixture.admin(.delete, "/api/v1/keys/\(key.id)")
            #expect(try Self.line(fixture, connection) == nil)
        }
    }
}
