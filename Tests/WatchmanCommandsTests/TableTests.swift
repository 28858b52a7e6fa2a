import Testing

@testable import WatchmanCommands

@Suite struct TableTests {
    @Test func `columns are as wide as their widest cell, the last is not padded`() {
        let table = Table(header: ["ID", "NAME", "TAGS"], rows: [["a", "tower", "x,y"], ["abcdef", "b", ""]])
        #expect(table.lines == ["ID      NAME   TAGS", "a       tower  x,y", "abcdef  b      "])
    }

    @Test func `an empty table is its heading`() {
        #expect(Table(header: ["ID", "NAME"], rows: []).lines == ["ID  NAME"])
    }

    @Test func `letters of more than one byte are one column wide`() {
        let table = Table(header: ["A", "B"], rows: [["äöü", "1"], ["e\u{301}", "2"], ["abc", "3"]])
        #expect(table.lines == ["A    B", "äöü  1", "e\u{301}    2", "abc  3"])
    }

    @Test func `a hostile cell neither steers the terminal nor moves the others`() {
        let hostile = "\u{1b}[2J\u{9b}31m\r\n\t\u{202e}x\u{7}"
        let table = Table(header: ["A", "B"], rows: [[hostile, "1"], ["[2J31mxx", "2"]])
        #expect(table.lines == ["A         B", "[2J31mx   1", "[2J31mxx  2"])
    }

    @Test func `a cell of 4 KB is cut`() {
        let line = Table(header: ["A", "B"], rows: [[String(repeating: "x", count: 4096), "1"]]).lines[1]
        #expect(line == String(repeating: "x", count: 400) + "  1")
    }

    @Test func `a mark that begins a cell does not get lost in the padding`() {
        let lines = Table(header: ["A", "B"], rows: [["\u{301}a", "\u{308}"], ["abc", "x"]]).lines
        #expect(lines.allSatisfy { !$0.isEmpty } && lines.count == 3)
    }
}
