import Crypto
import CryptoExtras
import Foundation

/// A person's password as the server keeps it: scrypt (RFC 7914), in the text form that passlib calls `$scrypt$`.
public struct PasswordHash: Hashable, Sendable {
    /// The logarithm of scrypt's N for new passwords: with r = 8 and p = 1 it takes 64 MiB, one step below OWASP's first choice, because
    /// servers of small fleets are small.
    public static let standardCost = 16

    /// `$scrypt$ln=COST,r=8,p=1$SALT$HASH`, base64 without padding.
    public let text: String

    /// A hash that was stored.
    public init(text: String) { self.text = text }

    /// Hashes a new password; takes some 100 ms at the standard cost.
    public init(_ password: Secret, cost: Int = PasswordHash.standardCost) throws {
        var generator = SystemRandomNumberGenerator()
        let salt = Data((0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
        let hash = try Self.derive(password, salt: salt, cost: cost)
        self.text = "$scrypt$ln=\(cost),r=8,p=1$\(Self.encode(salt))$\(Self.encode(hash))"
    }

    /// Whether this is the password; takes some 100 ms, whatever the answer. A text that is no hash accepts nothing.
    public func accepts(_ password: Secret) -> Bool {
        let parts = self.text.split(separator: "$")
        guard parts.count == 4, parts[0] == "scrypt", let cost = Self.cost(parts[1]), let salt = Self.decode(parts[2]),
            let hash = Self.decode(parts[3]), let given = try? Self.derive(password, salt: salt, cost: cost)
        else { return false }
        // SHA256Digest compares in constant time.
        return SHA256.hash(data: given) == SHA256.hash(data: hash)
    }

    /// Refuses a password that is too short to resist guessing, or too long to be typed (NIST SP 800-63B, 5.1.1.2).
    ///
    /// - Throws: `WatchmanError` (`invalid`).
    public static func check(_ password: Secret, for name: String) throws {
        let count = password.revealed.utf8.count
        guard (12...256).contains(count) else {
            throw WatchmanError(.invalid, "a password has 12 to 256 bytes")
        }
        guard Set(password.revealed.utf8).count > 4, !password.revealed.lowercased().contains(name) else {
            throw WatchmanError(.invalid, "this password is too easy to guess")
        }
    }

    private static func derive(_ password: Secret, salt: Data, cost: Int) throws -> Data {
        let key = try KDF.Scrypt.deriveKey(
            from: Data(password.revealed.utf8), salt: salt, outputByteCount: 32, rounds: 1 << cost, blockSize: 8,
            parallelism: 1)
        return key.withUnsafeBytes { Data($0) }
    }

    /// `ln=COST,r=8,p=1`
    private static func cost(_ text: Substring) -> Int? {
        let parts = text.split(separator: ",")
        guard parts.count == 3, parts[1] == "r=8", parts[2] == "p=1", parts[0].hasPrefix("ln=") else { return nil }
        return Int(parts[0].dropFirst(3)).flatMap { (1...20).contains($0) ? $0 : nil }
    }

    private static func encode(_ data: Data) -> String { data.base64EncodedString().replacing("=", with: "") }

    private static func decode(_ text: Substring) -> Data? {
        Data(base64Encoded: text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4))
    }
}
