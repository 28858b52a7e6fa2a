import Testing
import WatchmanCore

@Suite struct DeviceNameTests {
    static let long = String(repeating: "a", count: 63)

    @Test(arguments: ["a", "0", "edge-1", "a--b", "1-2-3", long])
    func `letters, digits and inner hyphens make a name`(name: String) throws {
        #expect(DeviceName.isValid(name))
        try DeviceName.check(name)
    }

    @Test(arguments: [
        "", "-", "-a", "a-", "-oProxyCommand=x", "--help", "A", "a_b", "a.b", "a b", "a\n", "\na", "a/b", "..", "a%",
        "*", "a\0",
        "-\u{301}x", "a\u{301}", "\u{301}a", "a\u{301}b", "é", "e\u{301}", "\u{661}\u{662}", "\u{ff41}", "ß", "a\r\nb",
        long + "a",
        "a\u{200b}", "\u{430}dmin", "[a]", "a'b", "a\"", "$a",
    ])
    func `anything else is refused, judged by its bytes`(name: String) {
        #expect(!DeviceName.isValid(name))
        let error = #expect(throws: WatchmanError.self) { try DeviceName.check(name) }
        #expect(error?.code == .invalid)
        #expect(error?.message.utf8.contains { $0 < 0x20 } == false)
    }

    @Test func `the error shows a hostile name cleaned and cut`() {
        let name = "\u{1b}[2J" + String(repeating: "x", count: 4096)
        let error = #expect(throws: WatchmanError.self) { try DeviceName.check(name) }
        let shown = "[2J" + String(repeating: "x", count: 60)
        #expect(
            error?.message == "device name '\(shown)' is not allowed: use 1 to 63 of a-z, 0-9 and inner '-'")
    }

    @Test(arguments: ["a", "A", "site=berlin", "site=", "v1.2_x-y", "0", "a=b-c", String(repeating: "t", count: 64)])
    func `a word, or a word and a value, make a tag`(tag: String) throws {
        try DeviceName.checkTag(tag)
    }

    @Test(arguments: [
        "", "=", "=x", "a=b=c", "-a", "_a", ".a", "a b", "a,b", "a\n", "a/b", "\u{301}a", "a\u{301}", "=\u{338}", "é",
        "e\u{301}",
        "\u{661}", "a;b", "<a>", "a\0", "\u{202e}a", String(repeating: "t", count: 65),
    ])
    func `any other tag is refused, judged by its bytes`(tag: String) {
        let error = #expect(throws: WatchmanError.self) { try DeviceName.checkTag(tag) }
        #expect(error?.code == .invalid)
    }

    @Test func `the two forms of an accented letter are both refused`() {
        #expect("\u{e9}" == "e\u{301}", "Swift compares them as equal, so only bytes can tell them apart")
        for name in ["caf\u{e9}", "cafe\u{301}"] { #expect(!DeviceName.isValid(name)) }
    }
}
