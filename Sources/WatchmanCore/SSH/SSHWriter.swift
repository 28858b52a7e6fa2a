/// Writes the data types of RFC 4251 section 5.
struct SSHWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ raw: some Sequence<UInt8>) {
        bytes.append(contentsOf: raw)
    }

    mutating func uint32(_ value: UInt32) {
        integer(value)
    }

    mutating func uint64(_ value: UInt64) {
        integer(value)
    }

    mutating func string(_ value: some Collection<UInt8>) {
        // Callers bound what they write to a few KiB; clamping only makes this total, and no reader takes the result.
        uint32(UInt32(clamping: value.count))
        append(value)
    }

    mutating func string(_ value: String) {
        string(value.utf8)
    }

    /// Writes a positive integer from its big-endian magnitude, in the shortest encoding.
    mutating func mpint(_ magnitude: some Collection<UInt8>) {
        let digits = magnitude.drop { $0 == 0 }
        let sign: [UInt8] = (digits.first ?? 0) < 0x80 ? [] : [0]
        string(sign + digits)
    }

    private mutating func integer(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { append($0) }
    }
}

extension [UInt8] {
    /// The bytes that `write` writes.
    static func ssh(_ write: (inout SSHWriter) -> Void) -> [UInt8] {
        var writer = SSHWriter()
        write(&writer)
        return writer.bytes
    }
}
