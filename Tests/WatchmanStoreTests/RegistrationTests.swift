import Foundation
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanStore

@Suite struct RegistrationTests {
    private static let now = StoreFixture.now

    @Test func `a registration takes one use of the token and gives a device with a port and the token's tags`()
        async throws
    {
        let fixture = try await StoreFixture()
        let token = try await fixture.token(uses: 3, tags: ["site=berlin", "arm", "arm"])
        let key = SSHPrivateKey.generate().publicKey
        let result = try await fixture.register(token, key: key, hostname: "Edge-1.example.org")
        #expect(result.isNew)
        #expect(result.info.port == 1100 && result.info.gatewayID == "main")
        #expect(result.info.tags == ["arm", "site=berlin"])
        let device = result.info.device
        #expect(device.name == "edge-1" && device.publicKey == key.line && device.tokenID == token.id)
        #expect(device.id.utf8.count == 10 && device.escrowsRootPassword && device.sequence == 0)
        #expect(device.createdAt == Self.now && device.lastSeen == nil && device.clockSkew == 0)
        #expect(try await fixture.uses(token) == 1)
        #expect(try await fixture.audit(device.id) == ["token:\(token.id) device.register edge-1"])
    }

    @Test func `the next device gets another port and one more use is taken`() async throws {
        let fixture = try await StoreFixture()
        let token = try await fixture.token()
        let first = try await fixture.register(token).info
        let second = try await fixture.register(token).info
        #expect((first.port, second.port) == (1100, 1101))
        #expect(first.device.id != second.device.id)
        #expect(try await fixture.uses(token) == 2)
    }

    @Test func `the same key again gives the same device and takes no use`() async throws {
        let fixture = try await StoreFixture()
        let token = try await fixture.token()
        let key = SSHPrivateKey.generate().publicKey
        let first = try await fixture.register(token, key: key, name: "one")
        let second = try await fixture.register(token, key: key, name: "two", hostname: "other")
        #expect(!second.isNew)
        #expect(second.info.device.id == first.info.device.id && second.info.port == first.info.port)
        #expect(second.info.device.name == "one")
        #expect(try await fixture.uses(token) == 1)
    }

    @Test func `a lost answer is given again though the token is used up, expired or revoked by now`() async throws {
        let fixture = try await StoreFixture()
        let token = try await fixture.token(uses: 1)
        let key = SSHPrivateKey.generate().publicKey
        let id = try await fixture.register(token, key: key).info.device.id
        #expect(try await fixture.register(token, key: key).info.device.id == id, "used up")
        #expect(try await fixture.register(token, key: key, now: Self.now + 1e6).info.device.id == id, "expired")
        _ = try await fixture.store.revokeJoinToken(token.id, actor: "local", now: Self.now)
        #expect(try await fixture.register(token, key: key).info.device.id == id, "revoked")
    }

    @Test func `a known key does not get in with a wrong secret`() async throws {
        let fixture = try await StoreFixture()
        let token = try await fixture.token()
        let key = SSHPrivateKey.generate().publicKey
        try await fixture.register(token, key: key)
        let wrong = try Credential("wmj1.\(token.pin).\(token.id).\(RandomText.identifier(26))", kind: .join)
        let error = await #expect(throws: WatchmanError.self) { try await fixture.register(wrong, key: key) }
        #expect(error?.code == .unauthenticated)
    }

    @Test func `a wrong secret and an unknown id get the very same answer`() async throws {
        let fixture = try await StoreFixture()
        let token = try await fixture.token()
        let wrongSecret = try Credential("wmj1.\(token.pin).\(token.id).\(RandomText.identifier(26))", kind: .join)
        let unknown = Credential(new: .join, pin: token.pin)
        let one = await #expect(throws: WatchmanError.self) { try await fixture.register(wrongSecret) }
        let other = await #expect(throws: WatchmanError.self) { try await fixture.register(unknown) }
        #expect(one?.code == .unauthenticated)
        #expect(one == other)
        #expect(try await fixture.store.devices().isEmpty)
    }

    @Test func `an expired, used or revoked token is refused in words that say which`() async throws {
        let fixture = try await StoreFixture()
        let expired = try await fixture.token(lifetime: 60)
        await Self.expectForbidden("the join token \(expired.id) has expired") {
            try await fixture.register(expired, now: Self.now + 60)
        }
        try await fixture.register(expired, now: Self.now + 59)
        let used = try await fixture.token(uses: 1)
        try await fixture.register(used)
        await Self.expectForbidden("the join token \(used.id) is used up") { try await fixture.register(used) }
        let revoked = try await fixture.token()
        _ = try await fixture.store.revokeJoinToken(revoked.id, actor: "local", now: Self.now)
        await Self.expectForbidden("the join token \(revoked.id) was revoked") { try await fixture.register(revoked) }
        #expect(try await fixture.store.devices().count == 2)
    }

    @Test func `hostile facts are cleaned before they are stored`() async throws {
        let fixture = try await StoreFixture()
        let hostname = "\u{1b}]52;c;x\u{7}'\"\r\n" + String(repeating: "é", count: 4096)
        let device = try await fixture.register(try await fixture.token(), hostname: hostname).info.device
        #expect(DeviceName.isValid(device.name))
        #expect(device.facts.hostname.hasPrefix("]52;c;x'\"é") && device.facts.hostname.utf8.count <= 253)
        let name = try await fixture.device(hostname: "\u{1b}[").device.name
        #expect(name == "device")
    }

    @Test func `a clock that is off by years is remembered and nothing more`() async throws {
        let fixture = try await StoreFixture()
        let token = try await fixture.token()
        let key = SSHPrivateKey.generate().publicKey
        let request = Sample.registration(token, key: key, clock: Date(timeIntervalSince1970: 60))
        let info = try await fixture.enrolled(request).info
        #expect(info.device.clockSkew == -1_789_999_940)
        #expect(info.device.createdAt == Self.now)
    }

    @Test func `a gateway that is not set up takes no device`() async throws {
        let fixture = try await StoreFixture()
        let token = try await fixture.token()
        let request = Sample.registration(token, key: SSHPrivateKey.generate().publicKey)
        let error = await #expect(throws: WatchmanError.self) {
            try await fixture.enrolled(request, gateway: "other")
        }
        #expect(error?.code == .internal)
        #expect(try await fixture.uses(token) == 0)
    }

    static func expectForbidden(_ message: String, _ body: () async throws -> StoreFixture.Enrolled) async {
        let error = await #expect(throws: WatchmanError.self) { try await body() }
        #expect(error == WatchmanError(.forbidden, message, hint: "watchman admin tokens create"))
    }
}
