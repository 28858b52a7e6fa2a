import Foundation

/// Texts drawn from the system's random generator.
public enum RandomText {
    /// Lower-case base32 digits (RFC 4648 section 6): safe in names, paths, command lines and speech.
    static let base32 = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
    /// Letters and digits without look-alikes (0 O, 1 l I), and never `:` or a newline, which chpasswd(8) would split on.
    static let password = Array("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789".utf8)

    /// `count` base32 digits, 5 bits each.
    public static func identifier(_ count: Int) -> String { Self.draw(count, from: Self.base32) }

    /// A root password of 24 characters: 139 bits.
    public static func rootPassword() -> Secret { Secret(Self.draw(24, from: Self.password)) }

    /// The bytes that lower-case base32 digits stand for, or nil if some are none; bits that fill no byte are dropped.
    static func bytes(base32 text: String) -> Data? {
        var (bytes, bits, count) = (Data(), 0, 0)
        for digit in text.utf8 {
            guard let value = Self.base32.firstIndex(of: digit) else { return nil }
            (bits, count) = ((bits << 5 | value) & 0xfff, count + 5)
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(bits >> count & 0xff))
        }
        return bytes
    }

    private static func draw(_ count: Int, from alphabet: [UInt8]) -> String {
        var generator = SystemRandomNumberGenerator()
        let digits = (0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
        return String(decoding: digits, as: UTF8.self)
    }
}
