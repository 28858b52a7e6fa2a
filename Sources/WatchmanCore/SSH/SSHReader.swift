/// Reads the data types of RFC 4251 section 5 from bytes that anybody may have made.
///
/// Every method either returns a value that lay inside the input or throws; none can trap.
struct SSHReader {
    /// The largest input in bytes. The largest thing read here is an 8192-bit RSA private key file, under 7 KiB.
    static let limit = 16 * 1024

    private var rest: ArraySlice<UInt8>

    init(_ bytes: some Collection<UInt8>) throws(SSHFormatError) {
        guard bytes.count <= Self.limit else { throw .tooLarge }
        rest = ArraySlice(bytes)
    }

    mutating func bytes(_ count: Int) throws(SSHFormatError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= rest.count else { throw .truncated }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func uint32() throws(SSHFormatError) -> UInt32 {
        try bytes(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    mutating func uint64() throws(SSHFormatError) -> UInt64 {
        try bytes(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func string() throws(SSHFormatError) -> ArraySlice<UInt8> {
        guard let count = Int(exactly: try uint32()) else { throw .truncated }
        return try bytes(count)
    }

    /// The magnitude of a positive mpint, without its sign byte.
    ///
    /// Only the shortest encoding is taken: a blob is an identity, so one key must not have two of them.
    mutating func mpint() throws(SSHFormatError) -> ArraySlice<UInt8> {
        let encoded = try string()
        guard let first = encoded.first, first < 0x80 else {
            throw .malformed("ssh integer is not positive")
        }
        guard first == 0 else { return encoded }
        let magnitude = encoded.dropFirst()
        guard let second = magnitude.first, second >= 0x80 else {
            throw .malformed("ssh integer has needless leading zeros")
        }
        return magnitude
    }

    /// Demands `text` as the next string.
    mutating func expect(_ text: String, or error: SSHFormatError) throws(SSHFormatError) {
        guard try string().elementsEqual(text.utf8) else { throw error }
    }

    /// Demands that nothing is left.
    func end() throws(SSHFormatError) {
        guard rest.isEmpty else { throw .trailingBytes }
    }

    /// Everything not read yet.
    var remainder: ArraySlice<UInt8> { rest }
}
