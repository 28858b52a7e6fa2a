import Crypto
public import Foundation

/// Codes of six digits that change every 30 seconds (TOTP, RFC 6238, with SHA-1 because that is what authenticator apps do).
public struct OneTimeCode: Sendable {
    /// Seconds that a code is in force.
    public static let period: TimeInterval = 30
    /// Steps by which the clock of the person's phone may be off.
    static let tolerance: Int64 = 1

    private let key: Data

    /// A key as bytes.
    public init(key: Data) { self.key = key }

    /// A key as people carry it into their app: base32 digits.
    ///
    /// - Throws: `WatchmanError` (`configuration`) if it is not.
    public init(secret: Secret) throws {
        guard let key = RandomText.bytes(base32: secret.revealed) else {
            throw WatchmanError(.configuration, "a key of one-time codes is not base32")
        }
        self.init(key: key)
    }

    /// A new key of 160 bits (RFC 4226, 4).
    public static func newSecret() -> Secret { Secret(RandomText.identifier(32)) }

    /// The number of the 30 seconds that a moment is in.
    public static func step(at now: Date) -> Int64 { Int64((now.timeIntervalSince1970 / self.period).rounded(.down)) }

    /// The code of a step (RFC 4226, 5.3).
    public func code(step: Int64, digits: Int = 6) -> String {
        let message = withUnsafeBytes(of: step.bigEndian) { Data($0) }
        let mac = Array(HMAC<Insecure.SHA1>.authenticationCode(for: message, using: SymmetricKey(data: self.key)))
        let offset = Int(mac[mac.count - 1] & 0xf)
        let number = mac[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } & 0x7fff_ffff
        let text = String(number)
        return String((String(repeating: "0", count: digits) + text).suffix(digits))
    }

    /// The step whose code this is, if it is one of those near `now` and newer than the last one that was used.
    public func step(of code: String, at now: Date, after last: Int64) -> Int64? {
        let given = SHA256.hash(data: Data(code.utf8))
        let middle = Self.step(at: now)
        return (middle - Self.tolerance...middle + Self.tolerance).first {
            $0 > last && SHA256.hash(data: Data(self.code(step: $0).utf8)) == given
        }
    }

    /// What authenticator apps read: the key with its names.
    public static func link(_ secret: Secret, account: String, issuer: String) -> Secret {
        let label = "\(PercentEncoding.encode(issuer)):\(PercentEncoding.encode(account))"
        return Secret(
            "otpauth://totp/\(label)?secret=\(secret.revealed.uppercased())&issuer=\(PercentEncoding.encode(issuer))&algorithm=SHA1&digits=6&period=30"
        )
    }
}

/// Codes that stand in for a one-time code when the phone is gone: 80 bits each, good for one use.
public enum RecoveryCode {
    /// How many a person has.
    public static let count = 10

    /// New ones, each as `abcd-efgh-ijkl-mnop`.
    public static func make() -> [Secret] {
        (0..<self.count).map { _ in
            Secret((0..<4).map { _ in RandomText.identifier(4) }.joined(separator: "-"))
        }
    }

    /// What a server stores; blanks, dashes and capital letters do not matter.
    public static func hash(_ typed: String) -> Data {
        let digits = typed.utf8.filter { !ASCII.isSpace($0) && $0 != UInt8(ascii: "-") }
            .map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 + 32 : $0 }
        return Credential.hash(Secret(String(decoding: digits, as: UTF8.self)))
    }
}
