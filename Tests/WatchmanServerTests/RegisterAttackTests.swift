import Foundation
import GRDB
import HTTPTypes
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// What is tried against registration, each attack a row.
@Suite struct RegisterAttackTests {
    /// A registration as it goes over the wire.
    struct Attempt: Sendable {
        var request: RegistrationRequest
        var signer: SSHPrivateKey
        var change: @Sendable ([UInt8]) -> [UInt8] = { $0 }

        func send(to fixture: ServerFixture) async throws -> Answer {
            let bytes = Array(try WireJSON.encode(self.request))
            let signature = try SSHSignature.sign(
                bytes, namespace: DeviceSignature.registerNamespace, with: self.signer)
            return try await fixture.call(
                .post, "/api/v1/register", .remote,
                headers: [DeviceSignature.signatureField: Data(signature).base64EncodedString()],
                bytes: self.change(bytes))
        }
    }

    enum Attack: String, CaseIterable, Sendable {
        case replayedNonce, nonceOfAnotherProcess, oldNonce, noNonce, otherKeyInBody, otherHostKey, otherFacts,
            truncated
        case reordered, longer, otherNonceInBody, wrongSecret, unknownToken, expired, usedUp, revoked, otherServer
        case otherSource, otherSourceWrongSecret

        var status: Int {
            switch self {
            case .replayedNonce, .nonceOfAnotherProcess, .oldNonce: 409
            case .noNonce, .truncated: 400
            case .otherKeyInBody, .otherHostKey, .otherFacts, .reordered, .longer, .otherNonceInBody: 401
            case .wrongSecret, .unknownToken: 401
            case .expired, .usedUp, .revoked, .otherServer, .otherSource, .otherSourceWrongSecret: 403
            }
        }
    }

    @Test(arguments: Attack.allCases) func `an attack enrols nothing`(attack: Attack) async throws {
        try await ServerFixture.with { fixture in
            let attempt = try await Self.attempt(attack, fixture)
            let before = try await fixture.fleet.store.joinTokens().map(\.uses)
            let answer = try await attempt.send(to: fixture)
            #expect(answer.status == attack.status, "\(answer.text)")
            let secret = attempt.request.tokenSecret.revealed
            #expect(!answer.text.contains(secret))
            let after = try await fixture.fleet.store.joinTokens().map(\.uses)
            #expect(before == after)
            let keys = try await fixture.fleet.store.devices().map(\.device.publicKey)
            #expect(!keys.contains(attempt.request.publicKey.line))
        }
    }

    private static func attempt(_ attack: Attack, _ fixture: ServerFixture) async throws -> Attempt {
        let key = SSHPrivateKey.generate()
        let token = try await fixture.token(uses: 1, from: attack.isElsewhere ? ["203.0.113.0/24"] : [])
        var good = Attempt(
            request: Sample.registration(token, key: key.publicKey, nonce: fixture.nonce()), signer: key)
        switch attack {
        case .replayedNonce:
            let other = try await fixture.token()
            let first = SSHPrivateKey.generate()
            var request = Sample.registration(other, key: first.publicKey)
            request.nonce = good.request.nonce
            let answer = try await Attempt(request: request, signer: first).send(to: fixture)
            #expect(answer.status == 200)
        case .nonceOfAnotherProcess: good.request.nonce = Nonces().make(now: Date()).nonce
        case .oldNonce: good.request.nonce = fixture.nonce(now: Date() - 61)
        case .noNonce: good.request.nonce = nil
        case .otherKeyInBody: good.signer = .generate()
        case .otherHostKey, .otherFacts, .otherNonceInBody, .truncated, .reordered, .longer:
            good.change = try Self.change(attack, good.request, fixture.nonce())
        case .wrongSecret, .otherSourceWrongSecret: good.request.tokenSecret = Secret(RandomText.identifier(26))
        case .unknownToken: good.request.tokenID = RandomText.identifier(8)
        case .expired:
            try await fixture.fleet.store.write { db in
                try db.execute(sql: "UPDATE joinToken SET expiresAt = ?", arguments: [Date() - 1])
            }
        case .usedUp:
            _ = try await fixture.fleet.register(
                Sample.registration(token, key: SSHPrivateKey.generate().publicKey), source: "192.0.2.1", now: Date())
        case .revoked: _ = try await fixture.fleet.store.revokeJoinToken(token.id, actor: "local", now: Date())
        case .otherServer: good.request.pin = String(repeating: "x", count: 43)
        case .otherSource: break
        }
        return good
    }

    /// What is done to the body after it was signed.
    private static func change(
        _ attack: Attack, _ request: RegistrationRequest, _ nonce: String
    ) throws -> @Sendable ([UInt8]) -> [UInt8] {
        var copy = request
        switch attack {
        case .truncated: return { Array($0.dropLast(1)) }
        case .longer: return { $0 + [0x20] }
        case .reordered:
            // The same values, the first one last.
            return { bytes in
                let comma = bytes.firstIndex(of: UInt8(ascii: ",")) ?? 0
                return [UInt8(ascii: "{")] + bytes[(comma + 1)...].dropLast() + [UInt8(ascii: ",")] + bytes[1..<comma]
                    + [UInt8(ascii: "}")]
            }
        case .otherHostKey: copy.hostKeys = [SSHPrivateKey.generate().publicKey]
        case .otherNonceInBody: copy.nonce = nonce
        default: copy.facts.hostname = "other"
        }
        let bytes = Array(try WireJSON.encode(copy))
        return { _ in bytes }
    }

    @Test func `the answer to another source does not tell whether the secret is right, nor how often one may guess`()
        async throws
    {
        try await ServerFixture.with { fixture in
            let token = try await fixture.token(from: ["203.0.113.0/24"])
            let key = SSHPrivateKey.generate()
            var answers: [[UInt8]] = []
            for round in 0..<12 {
                let request = Sample.registration(token, key: key.publicKey, nonce: fixture.nonce())
                var attempt = Attempt(request: request, signer: key)
                if round % 2 == 0 { attempt.request.tokenSecret = Secret(RandomText.identifier(26)) }
                let answer = try await attempt.send(to: fixture)
                #expect(answer.status == (round < 10 ? 403 : 429))
                answers.append(answer.bytes)
            }
            #expect(Set(answers.prefix(10)).count == 1)
            let rows = try await fixture.fleet.store.audit(AuditQuery(action: "token.refuse"), limit: 100).rows
            #expect(
                rows.count == 5 && rows.allSatisfy { $0.row.subject == token.id && $0.row.actor == "token:\(token.id)" }
            )
        }
    }

    @Test func `of fifty with a token for one, exactly one is enrolled`() async throws {
        try await ServerFixture.with { fixture in
            let token = try await fixture.token(uses: 1)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        let key = SSHPrivateKey.generate()
                        let request = Sample.registration(token, key: key.publicKey, nonce: fixture.nonce())
                        return try await Attempt(request: request, signer: key).send(to: fixture).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 200 } == 1 && statuses.count { $0 == 403 } == 49)
        }
    }

    @Test func `wrong tokens end in 429, and a right one from the same address gets through`() async throws {
        try await ServerFixture.with { fixture in
            let key = SSHPrivateKey.generate()
            let wrong = Credential(new: .join, pin: fixture.fleet.pin)
            var statuses: [Int] = []
            var last: Answer?
            for _ in 0..<30 {
                let request = Sample.registration(wrong, key: key.publicKey, nonce: fixture.nonce())
                let answer = try await Attempt(request: request, signer: key).send(to: fixture)
                statuses.append(answer.status)
                last = answer
            }
            #expect(statuses == Array(repeating: 401, count: 10) + Array(repeating: 429, count: 20))
            let wait = try #require(last?.headers[.retryAfter].flatMap { Int($0) })
            #expect((1...60).contains(wait) && last?.error?.code == .limited)
            let right = Sample.registration(try await fixture.token(), key: key.publicKey, nonce: fixture.nonce())
            let answer = try await Attempt(request: right, signer: key).send(to: fixture)
            #expect(answer.status == 200)
        }
    }

    @Test func `devices beyond fifty a second are told to come again, those that are known are not`() async throws {
        try await ServerFixture.with { fixture in
            let token = try await fixture.token(uses: 100)
            let keys = (0..<60).map { _ in SSHPrivateKey.generate() }
            // All in one moment.
            let now = Date()
            var count = 0
            for key in keys {
                let request = Sample.registration(token, key: key.publicKey, nonce: fixture.nonce(now: now))
                do {
                    try await fixture.fleet.judge(request, source: "192.0.2.1", now: now)
                    _ = try await fixture.fleet.register(request, source: "192.0.2.1", now: now)
                    count += 1
                } catch is TooManyRequests {}
            }
            #expect(count == 50)
            let known = Sample.registration(token, key: keys[0].publicKey, nonce: fixture.nonce(now: now))
            try await fixture.fleet.judge(known, source: "192.0.2.1", now: now)
        }
    }
}

extension RegisterAttackTests.Attack {
    fileprivate var isElsewhere: Bool { self == .otherSource || self == .otherSourceWrongSecret }
}
