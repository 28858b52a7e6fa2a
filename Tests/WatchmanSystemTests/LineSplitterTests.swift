import Foundation
import Synchronization
import Testing

@testable import WatchmanSystem

@Suite struct LineSplitterTests {
    private static func lines(_ chunks: [String]) -> [String] {
        self.lines(chunks.map { Data($0.utf8) })
    }

    private static func lines(_ chunks: [Data]) -> [String] {
        let lines = Mutex<[String]>([])
        let splitter = LineSplitter { line in lines.withLock { $0.append(line) } }
        for chunk in chunks { splitter.take(chunk) }
        return lines.withLock { $0 }
    }

    @Test func `bytes are cut into lines wherever the chunks end`() {
        let expected = ["one", "two", "three"]
        #expect(Self.lines(["one\ntwo\nthree\n"]) == expected)
        #expect(Self.lines(["one\ntwo\nthree\n".map(String.init)].flatMap { $0 }) == expected)
        #expect(Self.lines(["on", "e\ntw", "", "o", "\n", "three\nrest"]) == expected)
    }

    @Test func `a carriage return at the end and empty lines are dropped`() {
        #expect(Self.lines(["one\r\n\r\n\n\ntwo\r", "\n", "a\rb\r\r\n"]) == ["one", "two", "a\rb\r"])
    }

    @Test func `a character that comes in two chunks is one character`() {
        let bytes = Data("é\n".utf8)
        #expect(Self.lines([bytes.prefix(1), bytes.dropFirst(1)]) == ["é"])
    }

    @Test func `what is no UTF-8 becomes a replacement character`() {
        #expect(Self.lines([Data([0x61, 0xff, 0x62, 0x0a])]) == ["a\u{fffd}b"])
    }

    @Test func `a line longer than 4 KiB is cut, in one chunk or many`() {
        let long = String(repeating: "x", count: 10_000)
        for chunks in [["\(long)\nnext\n"], [long, "\nnext\n"], [long, long, "\nnext\n"]] {
            let lines = Self.lines(chunks)
            #expect(lines.count == 2 && lines.last == "next")
            #expect((lines.first?.utf8.count ?? 0) == 4096)
        }
    }

    @Test func `a stream without any newline is held in 4 KiB`() {
        let chunk = Data(repeating: 0x78, count: 65536)
        #expect(Self.lines(Array(repeating: chunk, count: 100) + [Data([0x0a])]).map(\.utf8.count) == [4096])
    }
}
