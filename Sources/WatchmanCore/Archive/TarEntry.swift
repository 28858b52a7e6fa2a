/// A member's header in an archive of ours: the `ustar` format of POSIX.1-2017 (pax, "ustar Interchange Format"), plain files without
/// folders only, so that tar(1) reads what we write.
public struct TarEntry: Hashable, Sendable {
    /// Bytes of a block: archives consist of blocks.
    public static let block = 512
    /// The largest member, in bytes: what eleven octal digits can say.
    public static let sizeLimit: Int64 = 0o77_777_777_777

    /// The file's name.
    public var name: String
    /// Its permission bits.
    public var mode: Int
    /// Its bytes.
    public var size: Int64
    /// When it was changed, in Unix seconds.
    public var time: Int64
    /// Its owner's name.
    public var owner: String
    /// Its group's name.
    public var group: String

    /// Creates a header.
    public init(name: String, mode: Int, size: Int64, time: Int64, owner: String = "root", group: String = "root") {
        self.name = name
        self.mode = mode
        self.size = size
        self.time = time
        self.owner = owner
        self.group = group
    }

    /// Bytes between the end of the content and the next header.
    public var padding: Int { Int((Int64(Self.block) - self.size % Int64(Self.block)) % Int64(Self.block)) }

    /// The block.
    ///
    /// - Throws: `TarFormatError` if the archive could not be read again.
    public func encode() throws(TarFormatError) -> [UInt8] {
        guard Self.isName(self.name, most: 100), Self.isName(self.owner, most: 31), Self.isName(self.group, most: 31)
        else { throw TarFormatError("a name is not a plain file's") }
        guard (0...0o777).contains(self.mode) else { throw TarFormatError("a member has odd permissions") }
        guard (0...Self.sizeLimit).contains(self.size), (0...Self.sizeLimit).contains(self.time) else {
            throw TarFormatError("a member is too large")
        }
        var fields: [[UInt8]] = [
            Self.text(self.name, 100), Self.number(Int64(self.mode), 8), Self.number(0, 8), Self.number(0, 8),
            Self.number(self.size, 12), Self.number(self.time, 12), Array(repeating: UInt8(ascii: " "), count: 8),
            Self.text("0", 1), Self.text("", 100), Self.text("ustar", 6), Self.text("00", 2),
            Self.text(self.owner, 32), Self.text(self.group, 32), Self.number(0, 8), Self.number(0, 8),
            Self.text("", 167),
        ]
        fields[6] = Self.number(Self.sum(fields.joined()), 7) + [UInt8(ascii: " ")]
        return Array(fields.joined())
    }

    /// Reads a block that anybody may have made: taken is only what `encode` writes, to the byte.
    ///
    /// - Throws: `TarFormatError` that says what is odd.
    public init(_ block: [UInt8]) throws(TarFormatError) {
        guard block.count == Self.block else { throw TarFormatError("it ends inside a header") }
        let blank = block[..<148] + Array(repeating: UInt8(ascii: " "), count: 8) + block[156...]
        guard block[148..<156].elementsEqual(Self.number(Self.sum(blank), 7) + [UInt8(ascii: " ")]) else {
            throw TarFormatError("a header's checksum is wrong")
        }
        guard block[156] == UInt8(ascii: "0") else { throw TarFormatError("a member is not a plain file") }
        self.name = Self.text(block[..<100])
        guard Self.isName(self.name, most: 100) else { throw TarFormatError("a member's name is not a plain file's") }
        self.mode = Int(try Self.number(block[100..<108]))
        self.size = try Self.number(block[124..<136])
        self.time = try Self.number(block[136..<148])
        self.owner = Self.text(block[265..<297])
        self.group = Self.text(block[297..<329])
        guard try self.encode() == block else { throw TarFormatError("a header is not of the expected form") }
    }

    /// Letters, digits and `._-`, not at the beginning: never a path, never hidden, never an option.
    private static func isName(_ text: String, most: Int) -> Bool {
        guard let first = text.utf8.first, ASCII.isAlphanumeric(first) || first == UInt8(ascii: "_") else {
            return false
        }
        return text.utf8.count <= most && text.utf8.allSatisfy { ASCII.isAlphanumeric($0) || "._-".utf8.contains($0) }
    }

    private static func text(_ text: String, _ width: Int) -> [UInt8] {
        Array(text.utf8) + Array(repeating: 0, count: width - text.utf8.count)
    }

    private static func text(_ field: ArraySlice<UInt8>) -> String {
        String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Octal digits and a NUL.
    private static func number(_ value: Int64, _ width: Int) -> [UInt8] {
        let digits = Array(String(value, radix: 8).utf8)
        return Array(repeating: UInt8(ascii: "0"), count: max(0, width - 1 - digits.count)) + digits + [0]
    }

    private static func number(_ field: ArraySlice<UInt8>) throws(TarFormatError) -> Int64 {
        let digits = field.dropLast()
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }) else {
            throw TarFormatError("a header has a malformed number")
        }
        return digits.reduce(0) { $0 << 3 | Int64($1 & 7) }
    }

    private static func sum(_ bytes: some Sequence<UInt8>) -> Int64 { bytes.reduce(0) { $0 + Int64($1) } }
}

/// Why an archive was refused. The text never repeats what was read.
public struct TarFormatError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The reason, in lower case and without a full stop.
    public let description: String

    /// Creates a reason.
    public init(_ description: String) { self.description = description }
}
