import Crypto
import Foundation
import Synchronization
import WatchmanCore

/// Texts that each let one registration through, within a minute.
///
/// Nothing is kept of those that were given out: a nonce proves itself by a MAC under a key of this process. Only those that were used are
/// remembered, and only a request with a right token uses one, so nobody else can fill that memory.
final class Nonces: Sendable {
    /// Far more than the registrations that a minute can bring.
    private static let limit = 20_000
    private static let randomBytes = 16
    /// Bytes of a nonce before its MAC: when it ends, in seconds since 1970, and random ones.
    private static let size = 8 + randomBytes

    private struct State {
        var used: [Data: Date] = [:]
        var cleanedAt = Date.distantPast
    }

    private let key = SymmetricKey(size: .bits256)
    private let state = Mutex(State())

    /// A new nonce.
    func make(now: Date) -> RegistrationNonce {
        var generator = SystemRandomNumberGenerator()
        let end = UInt64(max(0, now.timeIntervalSince1970)) + UInt64(RegistrationNonce.lifetime)
        let random = (0..<Self.randomBytes).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let bytes = Data((0..<8).map { UInt8(truncatingIfNeeded: end >> (56 - 8 * $0)) } + random)
        let mac = HMAC<SHA256>.authenticationCode(for: bytes, using: self.key)
        return RegistrationNonce(nonce: (bytes + Data(mac)).base64URL)
    }

    /// What a nonce of this process holds, while it lives.
    ///
    /// - Throws: `RegistrationNonce.refusal`, or `WatchmanError` (`invalid`) if there is none.
    func check(_ text: String?, now: Date) throws -> Data {
        guard let text else {
            throw WatchmanError(.invalid, "the registration has no nonce: this watchman is older than the server's")
        }
        guard text.utf8.count <= 100, let whole = Data(base64URL: text), whole.count == Self.size + 32,
            HMAC<SHA256>.isValidAuthenticationCode(
                whole.suffix(32), authenticating: whole.prefix(Self.size), using: self.key),
            now < Self.end(whole)
        else { throw RegistrationNonce.refusal }
        return whole.prefix(Self.size)
    }

    /// Uses up what `check` gave.
    ///
    /// - Throws: `RegistrationNonce.refusal` if it was used before.
    func use(_ nonce: Data, now: Date) throws {
        try self.state.withLock { state in
            // Once a second at most, because each time looks at all of them.
            if now.timeIntervalSince(state.cleanedAt).magnitude >= 1 {
                state.used = state.used.filter { now < $0.value }
                state.cleanedAt = now
            }
            guard state.used[nonce] == nil else { throw RegistrationNonce.refusal }
            guard state.used.count < Self.limit else { throw TooManyRequests("registrations", seconds: 10) }
            state.used[nonce] = Self.end(nonce)
        }
    }

    private static func end(_ nonce: Data) -> Date {
        Date(timeIntervalSince1970: TimeInterval(nonce.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }))
    }
}
