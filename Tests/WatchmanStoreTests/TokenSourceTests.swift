import Foundation
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanStore

@Suite struct TokenSourceTests {
    @Test(arguments: [
        (["192.0.2.0/24"], "192.0.2.1", true), (["192.0.2.0/24"], "198.51.100.1", false),
        (["192.0.2.0/24", "2001:db8::/32"], "2001:db8::7", true), (["192.0.2.0/24"], "2001:db8::7", false),
        (["0.0.0.0/0"], "local", false), (["0.0.0.0/0"], "unknown", false), ([], "unknown", true),
    ])
    func `a token is for the addresses that it names`(from: [String], source: String, isFor: Bool) async throws {
        let fixture = try await StoreFixture()
        let token = try await fixture.token(from: from)
        let request = Sample.registration(token, key: SSHPrivateKey.generate().publicKey)
        let wrong = Sample.registration(
            try Credential("wmj1.\(token.pin).\(token.id).\(RandomText.identifier(26))", kind: .join),
            key: SSHPrivateKey.generate().publicKey)
        let verdict = try await fixture.store.judge(request, from: source)
        #expect(verdict == (isFor ? .right(isKnown: false) : .elsewhere(isSecretRight: true)))
        let other = try await fixture.store.judge(wrong, from: source)
        #expect(other == (isFor ? .wrong : .elsewhere(isSecretRight: false)))
        let result = try? await fixture.store.register(
            request, source: source, gateway: "main", occupied: [], now: StoreFixture.now)
        #expect((result != nil) == isFor)
        #expect(try await fixture.uses(token) == (isFor ? 1 : 0))
    }

    @Test func `a token remembers its terms, and they stand in the audit table`() async throws {
        let fixture = try await StoreFixture()
        let token = try await fixture.token(uses: 3, approval: .manual, from: ["192.0.2.0/24", "::1"])
        let row = try #require(try await fixture.store.joinTokens().first)
        #expect(row.approval == .manual && row.sources.map(\.text) == ["192.0.2.0/24", "::1/128"])
        #expect(
            try await fixture.audit(token.id) == [
                "local token.create uses=3 approve=manual from=192.0.2.0/24,::1/128"
            ])
        let error = await #expect(throws: WatchmanError.self) {
            try await fixture.token(from: Array(repeating: "192.0.2.1", count: 33))
        }
        #expect(error?.code == .invalid)
    }
}
