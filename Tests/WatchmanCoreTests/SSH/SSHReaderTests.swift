import Testing

@testable import WatchmanCore

@Suite struct SSHReaderTests {
    @Test func `what the writer writes is read back`() throws {
        let bytes = [UInt8].ssh {
            $0.uint32(0xdead_beef)
            $0.uint64(.max)
            $0.string("text")
            $0.mpint([0, 0, 0x80, 1])
        }
        var reader = try SSHReader(bytes)
        #expect(try reader.uint32() == 0xdead_beef)
        #expect(try reader.uint64() == .max)
        #expect(try Array(reader.string()) == Array("text".utf8))
        #expect(try Array(reader.mpint()) == [0x80, 1])
        try reader.end()
    }

    @Test func `integers are written as in the examples of RFC 4251`() {
        #expect([UInt8].ssh { $0.uint32(699_921_578) } == [0x29, 0xb7, 0xf4, 0xaa])
        #expect([UInt8].ssh { $0.mpint([]) } == [0, 0, 0, 0])
        #expect([UInt8].ssh { $0.mpint([0]) } == [0, 0, 0, 0])
        #expect([UInt8].ssh { $0.mpint([0x80]) } == [0, 0, 0, 2, 0, 0x80])
        #expect(
            [UInt8].ssh { $0.mpint([0x09, 0xa3, 0x78, 0xf9, 0xb2, 0xe3, 0x32, 0xa7]) }
                == [0, 0, 0, 8, 0x09, 0xa3, 0x78, 0xf9, 0xb2, 0xe3, 0x32, 0xa7])
    }

    @Test(arguments: [[], [0], [0, 0, 0], [0, 0, 0, 1], [0xff, 0xff, 0xff, 0xff, 0], [0x7f, 0xff, 0xff, 0xff]])
    func `a string longer than the data is refused`(bytes: [UInt8]) throws {
        var reader = try SSHReader(bytes)
        #expect(throws: SSHFormatError.truncated) { try reader.string() }
    }

    @Test(arguments: [[], [0x80], [0xff, 1], [0], [0, 1], [0, 0x7f, 1], [0, 0, 0x80]])
    func `an integer that is not positive or not in its shortest form is refused`(digits: [UInt8]) throws {
        var reader = try SSHReader([UInt8].ssh { $0.string(digits) })
        #expect(throws: SSHFormatError.self) { try reader.mpint() }
    }

    @Test func `data after the last field is refused`() throws {
        #expect(throws: SSHFormatError.trailingBytes) { try SSHReader([0]).end() }
    }

    @Test func `data over the limit is refused`() throws {
        _ = try SSHReader([UInt8](repeating: 0, count: SSHReader.limit))
        #expect(throws: SSHFormatError.tooLarge) { try SSHReader([UInt8](repeating: 0, count: SSHReader.limit + 1)) }
    }
}
