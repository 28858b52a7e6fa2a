import Testing
import WatchmanCore

@Suite struct TarEntryTests {
    static let entry = TarEntry(name: "watchman.db", mode: 0o600, size: 1_234_567, time: 1_795_501_800)

    /// The block with some bytes replaced and the checksum made right again.
    private static func forged(_ offset: Int, _ bytes: [UInt8]) throws -> [UInt8] {
        var block = try self.entry.encode()
        block.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        return self.summed(block)
    }

    private static func summed(_ block: [UInt8]) -> [UInt8] {
        var block = block
        block.replaceSubrange(148..<156, with: Array("        ".utf8))
        let digits = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
        let field = String(repeating: "0", count: 6 - digits.count) + digits
        block.replaceSubrange(148..<156, with: Array(field.utf8) + [0, 0x20])
        return block
    }

    private static func cause(_ block: [UInt8]) -> String? {
        #expect(throws: TarFormatError.self) { try TarEntry(block) }?.description
    }

    @Test func `what is written can be read`() throws {
        for size: Int64 in [0, 1, 511, 512, 513, TarEntry.sizeLimit] {
            let entry = TarEntry(name: "a_b-c.d", mode: 0o640, size: size, time: 0, owner: "root", group: "watchman")
            let block = try entry.encode()
            #expect(block.count == 512)
            #expect(try TarEntry(block) == entry)
            #expect((size + Int64(entry.padding)) % 512 == 0)
        }
    }

    @Test(arguments: [
        "", ".", "..", "../x", "/etc/passwd", "a/b", "a/", "./a", ".hidden", "-rf", "a b", "a\n", "a\\b", "é",
        "a\u{301}",
        "\u{202e}a", String(repeating: "a", count: 101),
    ])
    func `a name that is no plain file's is neither written nor read`(name: String) throws {
        var entry = Self.entry
        entry.name = name
        #expect(throws: TarFormatError.self) { try entry.encode() }
        guard name.utf8.count <= 100 else { return }
        let field = Array(name.utf8) + Array(repeating: UInt8(0), count: 100 - name.utf8.count)
        #expect(Self.cause(try Self.forged(0, field))?.isEmpty == false)
    }

    @Test(arguments: Array("123456789gxLKSVDMN\u{0} ".utf8))
    func `links, devices, folders, pipes and extensions are refused`(type: UInt8) throws {
        #expect(Self.cause(try Self.forged(156, [type])) == "a member is not a plain file")
    }

    @Test(arguments: [
        (157, "target"), (257, "ustar  "), (263, "01"), (345, "folder"), (500, "x"), (329, "0000001"), (108, "0000001"),
        (100, "0004755"), (100, "     60"), (124, "0000000012 "), (124, "-0000000001"), (124, "00000000008"),
        (136, "99999999999"), (265, "ro ot"), (12, "hidden"),
    ])
    func `a field of another form is refused`(offset: Int, text: String) throws {
        #expect(Self.cause(try Self.forged(offset, Array(text.utf8)))?.isEmpty == false)
    }

    @Test func `a size in GNU's binary form is refused`() throws {
        #expect(Self.cause(try Self.forged(124, [0x80] + Array(repeating: 0xff, count: 11))) != nil)
    }

    @Test func `a bit anywhere is noticed`() throws {
        let block = try Self.entry.encode()
        for index in block.indices {
            for bit in 0..<8 {
                var copy = block
                copy[index] ^= 1 << bit
                #expect(throws: TarFormatError.self) { try TarEntry(copy) }
            }
        }
    }

    @Test func `noise with a right checksum never traps`() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            var block = (0..<512).map { _ in UInt8.random(in: 0...255, using: &generator) }
            if Bool.random() { block[156] = 0x30 }
            #expect(throws: TarFormatError.self) { try TarEntry(Self.summed(block)) }
        }
        for count in [0, 1, 511, 513] {
            #expect(throws: TarFormatError.self) { try TarEntry([UInt8](repeating: 0x30, count: count)) }
        }
    }
}
