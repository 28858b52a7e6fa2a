/// IP addresses as bytes: 4 or 16 of them, read strictly.
public enum IPAddress {
    /// The bytes of an address, or nil for any other text: no leading zeros, no zone, no brackets, no blanks.
    public static func bytes(_ text: some Collection<UInt8>) -> [UInt8]? {
        let text = Array(text.prefix(64))[...]
        return text.contains(UInt8(ascii: ":")) ? Self.version6(text) : Self.version4(text)
    }

    /// The address as people write it (RFC 5952 for IPv6).
    static func text(_ bytes: [UInt8]) -> String {
        guard bytes.count == 16 else { return bytes.map(String.init).joined(separator: ".") }
        let groups = stride(from: 0, to: 16, by: 2).map { Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]) }
        let texts: (Range<Int>) -> String = { groups[$0].map { String($0, radix: 16) }.joined(separator: ":") }
        guard let gap = Self.longestZeros(groups) else { return texts(0..<8) }
        return "\(texts(0..<gap.lowerBound))::\(texts(gap.upperBound..<8))"
    }

    /// A number below `limit` of at most three decimal digits. A leading zero is refused: some would read it as octal.
    static func number(_ digits: ArraySlice<UInt8>, below limit: Int) -> Int? {
        guard (1...3).contains(digits.count), digits.allSatisfy(ASCII.isDigit),
            digits.count == 1 || digits.first != UInt8(ascii: "0")
        else { return nil }
        let value = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return value < limit ? value : nil
    }

    private static func version4(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let bytes = parts.compactMap { Self.number($0, below: 256).map { UInt8($0) } }
        return parts.count == 4 && bytes.count == 4 ? bytes : nil
    }

    private static func version6(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let colon = UInt8(ascii: ":")
        let gap = text.indices.dropLast().first { text[$0] == colon && text[$0 + 1] == colon }
        guard let gap else { return Self.groups(text, endsAddress: true).flatMap { $0.count == 16 ? $0 : nil } }
        guard let head = Self.groups(text[..<gap], endsAddress: false),
            let tail = Self.groups(text[(gap + 2)...], endsAddress: true), head.count + tail.count <= 14
        else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    /// Groups of one to four hexadecimal digits; at the end of an address the last four bytes may be written as IPv4.
    private static func groups(_ text: ArraySlice<UInt8>, endsAddress: Bool) -> [UInt8]? {
        if text.isEmpty { return [] }
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var bytes: [UInt8] = []
        for (index, part) in parts.enumerated() {
            if endsAddress, index == parts.count - 1, let last = Self.version4(part) {
                bytes += last
            } else if (1...4).contains(part.count), part.allSatisfy(Self.isHexadecimal),
                let group = UInt16(String(decoding: part, as: UTF8.self), radix: 16)
            {
                bytes += [UInt8(group >> 8), UInt8(group & 0xff)]
            } else {
                return nil
            }
        }
        return bytes
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        ASCII.isDigit(byte) || (0x61...0x66).contains(byte | 0x20) && ASCII.isAlphanumeric(byte)
    }

    /// The first of the longest runs of two or more zeros.
    private static func longestZeros(_ groups: [Int]) -> Range<Int>? {
        var best: Range<Int>?
        var start = 0
        for index in 0...groups.count where index == groups.count || groups[index] != 0 {
            if index - start > max(1, best?.count ?? 0) { best = start..<index }
            start = index + 1
        }
        return best
    }
}
