/// Makes text from outside harmless.
public enum OutsideText {
    /// The text as one line of at most `limit` bytes with every control and formatting character gone.
    ///
    /// Dropped are C0, DEL, C1 (a terminal obeys 0x9b like ESC [), the bidirectional controls and other format
    /// characters, line and paragraph separators; what arrives invalid arrives as U+FFFD.
    public static func clean(_ text: String, limit: Int) -> String {
        var result = String.UnicodeScalarView()
        var size = 0
        for scalar in text.unicodeScalars where !Self.isDangerous(scalar) {
            size += UTF8.width(scalar)
            guard size <= limit else { break }
            result.append(scalar)
        }
        return String(result)
    }

    /// The end of what a program printed, as harmless lines: newlines and tabs stay, at most `limit` bytes.
    public static func lines(_ bytes: some Collection<UInt8>, limit: Int) -> String {
        var result = String.UnicodeScalarView()
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars
        where scalar == "\n" || scalar == "\t" || !Self.isDangerous(scalar) {
            result.append(scalar)
        }
        // A byte that is no UTF-8 has become three. Bytes that continue a character cannot stand first.
        let text = String(result)
        return String(decoding: text.utf8.suffix(limit).drop { $0 & 0xc0 == 0x80 }, as: UTF8.self)
    }

    static func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: true
        default: false
        }
    }

    /// A device name made from a hostname: lower-case letters, digits and inner `-`, at most 40 bytes, or nil if nothing is left.
    public static func deviceName(fromHostname hostname: String) -> String? {
        var name: [UInt8] = []
        for byte in hostname.utf8.prefix(256) {
            if byte == UInt8(ascii: ".") { break }
            let lower = ASCII.isUpper(byte) ? byte | 0x20 : byte
            if ASCII.isLower(lower) || ASCII.isDigit(lower) {
                name.append(lower)
            } else if let last = name.last, last != UInt8(ascii: "-") {
                name.append(UInt8(ascii: "-"))
            }
        }
        name = Array(name.prefix(40))
        while name.last == UInt8(ascii: "-") { name.removeLast() }
        return name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
    }
}

extension UTF8 {
    fileprivate static func width(_ scalar: Unicode.Scalar) -> Int { String(scalar).utf8.count }
}
