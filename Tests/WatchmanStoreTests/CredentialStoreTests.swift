import Foundation
import GRDB
import Testing
import WatchmanCore

@testable import WatchmanStore

@Suite struct CredentialStoreTests {
    private static let now = StoreFixture.now

    @Test func `no secret is stored, only its hash`() async throws {
        let fixture = try await StoreFixture()
        let (token, key) = (try await fixture.token(), try await fixture.key())
        #expect(try await fixture.store.joinTokens().map(\.secretHash) == [token.secretHash])
        #expect(try await fixture.store.apiKeys().map(\.secretHash) == [key.secretHash])
        for (table, credential) in [("joinToken", token), ("apiKey", key)] {
            let columns = try await fixture.store.read { db in
                try Row.fetchAll(db, sql: "SELECT * FROM \(table)").map { "\($0)" }.joined()
            }
            #expect(columns.contains(credential.id) && !columns.contains(credential.secret.revealed))
        }
    }

    @Test func `credentials are listed newest first`() async throws {
        let fixture = try await StoreFixture()
        for age in [3.0, 1, 2] {
            let token = Credential(new: .join, pin: StoreFixture.pin)
            let request = JoinTokenRequest(lifetime: 3600, uses: 1, tags: [])
            _ = try await fixture.store.create(token, request, actor: "local", now: Self.now - age)
            let key = Credential(new: .apiKey, pin: StoreFixture.pin)
            _ = try await fixture.store.create(
                key, APIKeyRequest(name: "\(age)", role: .viewer), actor: "local", now: Self.now - age)
        }
        #expect(try await fixture.store.joinTokens().map(\.createdAt) == [1, 2, 3].map { Self.now - $0 })
        #expect(try await fixture.store.apiKeys().map(\.name) == ["1.0", "2.0", "3.0"])
    }

    @Test(arguments: [(0, 60), (-1, 60), (100_001, 60), (1, 59), (1, 0), (1, 366 * 86400 + 1), (1, -60)])
    func `a token has uses and a lifetime in reason`(uses: Int, lifetime: Int) async throws {
        let fixture = try await StoreFixture()
        let error = await #expect(throws: WatchmanError.self) {
            try await fixture.token(uses: uses, lifetime: lifetime)
        }
        #expect(error?.code == .invalid)
        #expect(try await fixture.store.joinTokens().isEmpty)
    }

    @Test func `a token's tags follow the rules`() async throws {
        let fixture = try await StoreFixture()
        let error = await #expect(throws: WatchmanError.self) { try await fixture.token(tags: ["ok", "not ok"]) }
        #expect(error?.code == .invalid)
        _ = try await fixture.token(tags: ["b", "a", "b"])
        #expect(try await fixture.store.joinTokens().map(\.tags) == [["a", "b"]])
    }

    @Test func `a token's state is told for any moment`() async throws {
        let fixture = try await StoreFixture()
        let token = try await fixture.token(uses: 1, lifetime: 60)
        var row = try #require(try await fixture.store.joinTokens().first)
        #expect(row.state(at: Self.now + 59) == .active)
        #expect(row.state(at: Self.now + 60) == .expired)
        row.uses = 1
        #expect(row.state(at: Self.now) == .used)
        row.revokedAt = Self.now
        #expect(row.state(at: Self.now) == .revoked)
        #expect(row.summary(at: Self.now).id == token.id)
    }

    @Test func `what was revoked stays so, and is recorded once`() async throws {
        let fixture = try await StoreFixture()
        let (token, key) = (try await fixture.token(), try await fixture.key())
        for delay in [0.0, 60] {
            let row = try await fixture.store.revokeJoinToken(token.id, actor: "local", now: Self.now + delay)
            #expect(row.revokedAt == Self.now)
            let gone = try await fixture.store.revokeAPIKey(key.id, actor: "local", now: Self.now + delay)
            #expect(gone.key.revokedAt == Self.now && gone.ended == (delay == 0 ? ["key:\(key.id)"] : []))
        }
        #expect(
            try await fixture.audit(token.id) == ["local token.create uses=100 approve=auto", "local token.revoke "])
        #expect(try await fixture.audit(key.id) == ["local key.create admin laptop", "local key.revoke "])
    }

    @Test func `what is not there cannot be revoked`() async throws {
        let fixture = try await StoreFixture()
        let token = await #expect(throws: WatchmanError.self) {
            try await fixture.store.revokeJoinToken("\u{1b}[2Jnobody", actor: "local", now: Self.now)
        }
        #expect(token == WatchmanError(.notFound, "no join token [2Jnobody", hint: "watchman admin tokens list"))
        let key = await #expect(throws: WatchmanError.self) {
            try await fixture.store.revokeAPIKey("nobody", actor: "local", now: Self.now)
        }
        #expect(key == WatchmanError(.notFound, "no API key nobody", hint: "watchman admin keys list"))
    }

    @Test func `an API key needs a name that can be shown`() async throws {
        let fixture = try await StoreFixture()
        for name in ["", "\u{1b}\n\u{202e}"] {
            let error = await #expect(throws: WatchmanError.self) { try await fixture.key(name) }
            #expect(error == WatchmanError(.invalid, "an API key needs a name"))
        }
        _ = try await fixture.key("Ann's\u{9b}\r\n laptop " + String(repeating: "x", count: 4096))
        let name = try #require(try await fixture.store.apiKeys().first?.name)
        #expect(name.hasPrefix("Ann's laptop xxx") && name.utf8.count == 64)
    }

    @Test func `an API key proves itself, and its use is noted once a minute`() async throws {
        let fixture = try await StoreFixture()
        let key = try await fixture.key()
        for (delay, noted) in [(0.0, 0.0), (59, 0), (60, 0), (61, 61), (120, 61), (122, 122)] {
            #expect(try await fixture.store.authenticate(key, now: Self.now + delay).id == key.id)
            #expect(try await fixture.store.apiKeys().first?.lastUsedAt == Self.now + noted)
        }
    }

    @Test func `an unknown id, a wrong secret, a revoked and an expired key get the very same answer`() async throws {
        let fixture = try await StoreFixture()
        let key = try await fixture.key()
        let wrong = try Credential("wmk1.\(key.pin).\(key.id).\(RandomText.identifier(26))", kind: .apiKey)
        let unknown = Credential(new: .apiKey, pin: key.pin)
        let revoked = try await fixture.key("old")
        _ = try await fixture.store.revokeAPIKey(revoked.id, actor: "local", now: Self.now)
        let short = Credential(new: .apiKey, pin: key.pin)
        let request = APIKeyRequest(name: "short", role: .admin, lifetime: 1)
        _ = try await fixture.store.create(short, request, actor: "local", now: Self.now - 1)
        for credential in [wrong, unknown, revoked, short] {
            let error = await #expect(throws: WatchmanError.self) {
                try await fixture.store.authenticate(credential, now: Self.now)
            }
            #expect(
                error
                    == WatchmanError(
                        .unauthenticated, "the API key is not valid here", hint: "watchman admin login"))
        }
        #expect(try await fixture.store.apiKeys().allSatisfy { $0.lastUsedAt == nil })
    }
}
