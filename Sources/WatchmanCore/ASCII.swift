/// Tests on single bytes.
///
/// Untrusted text is judged by its UTF-8 bytes, because Swift's `Character` joins a quote or CR with what follows it.
public enum ASCII {
    /// Space, tab, CR or LF.
    public static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
    /// `0` to `9`.
    public static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    /// `a` to `z`.
    public static func isLower(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte) }
    /// `A` to `Z`.
    public static func isUpper(_ byte: UInt8) -> Bool { (0x41...0x5a).contains(byte) }
    /// A letter or digit.
    public static func isAlphanumeric(_ byte: UInt8) -> Bool {
        Self.isDigit(byte) || Self.isLower(byte) || Self.isUpper(byte)
    }
    /// A character of base64url.
    public static func isBase64URL(_ byte: UInt8) -> Bool {
        Self.isAlphanumeric(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
    /// A visible ASCII character.
    public static func isGraphic(_ byte: UInt8) -> Bool { (0x21...0x7e).contains(byte) }
}
