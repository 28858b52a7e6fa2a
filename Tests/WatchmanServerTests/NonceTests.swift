import Foundation
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanServer

@Suite struct NonceTests {
    private static let now = Sample.now

    @Test func `a nonce is good once, for a minute`() throws {
        let nonces = Nonces()
        let text = nonces.make(now: Self.now).nonce
        for _ in 0..<2 { _ = try nonces.check(text, now: Self.now + 59) }
        try nonces.use(try nonces.check(text, now: Self.now + 59), now: Self.now + 59)
        #expect(throws: RegistrationNonce.refusal) {
            try nonces.use(try nonces.check(text, now: Self.now + 59), now: Self.now + 59)
        }
        let other = nonces.make(now: Self.now).nonce
        #expect(throws: RegistrationNonce.refusal) { try nonces.check(other, now: Self.now + 60) }
    }

    @Test func `what this process did not make is refused`() throws {
        let nonces = Nonces()
        let good = nonces.make(now: Self.now).nonce
        let bytes = try #require(Data(base64URL: good))
        var texts = [
            "", "x", Nonces().make(now: Self.now).nonce, good + "A", String(good.dropLast()), "\(good)\n", " \(good)",
        ]
        texts.append(String(repeating: "A", count: 1 << 20))
        for index in bytes.indices {
            var copy = bytes
            copy[index] ^= 1
            texts.append(copy.base64URL)
        }
        for text in texts {
            #expect(throws: RegistrationNonce.refusal) { try nonces.check(text, now: Self.now) }
        }
        #expect(throws: WatchmanError.self) { try nonces.check(nil, now: Self.now) }
    }

    @Test func `another spelling of a used nonce is used as well`() throws {
        let nonces = Nonces()
        let good = nonces.make(now: Self.now).nonce
        try nonces.use(try nonces.check(good, now: Self.now), now: Self.now)
        // The last digit has bits to spare, which a lenient reader drops.
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        for digit in digits {
            #expect(throws: RegistrationNonce.refusal) {
                try nonces.use(try nonces.check("\(good.dropLast())\(digit)", now: Self.now), now: Self.now)
            }
        }
    }

    @Test func `of many who use one nonce at once one succeeds`() async throws {
        let nonces = Nonces()
        let nonce = try nonces.check(nonces.make(now: Self.now).nonce, now: Self.now)
        let count = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 { group.addTask { (try? nonces.use(nonce, now: Self.now)) != nil } }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(count == 1)
    }

    @Test func `no more are remembered than there is room for, and only while they live`() throws {
        let nonces = Nonces()
        for _ in 0..<20_000 {
            try nonces.use(try nonces.check(nonces.make(now: Self.now).nonce, now: Self.now), now: Self.now)
        }
        let next = nonces.make(now: Self.now + 30).nonce
        #expect(throws: TooManyRequests.self) {
            try nonces.use(try nonces.check(next, now: Self.now + 30), now: Self.now + 30)
        }
        try nonces.use(try nonces.check(next, now: Self.now + 61), now: Self.now + 61)
    }
}

@Suite struct RegistrationLimitTests {
    private static let now = Sample.now

    private static func wrong(_ limits: RegistrationLimits, _ source: String, _ count: Int, at now: Date) -> Int {
        (0..<count).count { _ in (try? limits.noteWrongToken(from: source, now: now)) != nil }
    }

    @Test func `a source may be wrong ten times a minute, and others are not concerned`() {
        let limits = RegistrationLimits()
        #expect(Self.wrong(limits, "192.0.2.1", 100, at: Self.now) == 10)
        #expect(Self.wrong(limits, "192.0.2.2", 100, at: Self.now + 59) == 10)
        let error = #expect(throws: TooManyRequests.self) {
            try limits.noteWrongToken(from: "192.0.2.1", now: Self.now + 40)
        }
        #expect(error?.seconds == 20 && error?.error.code == .limited)
        #expect(Self.wrong(limits, "192.0.2.1", 100, at: Self.now + 60) == 10)
        #expect(
            Self.wrong(limits, "192.0.2.1", 100, at: Self.now - 1e6) == 10, "a clock that was set back locks nobody out"
        )
    }

    @Test func `the addresses of one IPv6 site are one source`() {
        let limits = RegistrationLimits()
        let count = (0..<100).count {
            Self.wrong(limits, "2001:db8:0:1::\(String($0, radix: 16))", 1, at: Self.now) == 1
        }
        #expect(count == 10)
        #expect(Self.wrong(limits, "2001:db8:0:2::1", 1, at: Self.now) == 1)
    }

    @Test func `sources beyond number are not remembered`() {
        let limits = RegistrationLimits()
        let count = (0..<12_000).count { Self.wrong(limits, "10.0.\($0 / 256).\($0 % 256)", 1, at: Self.now) == 1 }
        #expect(count == 10_000)
    }

    @Test func `fifty devices are enrolled in a second`() throws {
        let limits = RegistrationLimits()
        let admitted: (Date) -> Int = { now in (0..<500).count { _ in (try? limits.admit(now: now)) != nil } }
        #expect(admitted(Self.now) == 50)
        #expect(admitted(Self.now + 0.5) == 25)
        #expect(admitted(Self.now + 100) == 50)
        #expect(admitted(Self.now) == 0, "a clock that was set back gives nothing")
        #expect(admitted(Self.now + 1) == 50)
    }
}
