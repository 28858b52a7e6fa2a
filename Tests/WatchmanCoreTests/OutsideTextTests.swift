import Testing

@testable import WatchmanCore

@Suite struct OutsideTextTests {
    /// What a terminal, a log or a page may obey, and what is left of it.
    static let hostile: [(String, String)] = [
        ("a\u{1b}[31mb", "a[31mb"), ("\u{1b}]52;c;cm0gLXJmIC8=\u{7}", "]52;c;cm0gLXJmIC8="),
        ("\u{1b}]0;title\u{1b}\\", "]0;title\\"), ("a\u{9b}31mb", "a31mb"), ("\u{9d}52;c;x\u{9c}", "52;c;x"),
        ("a\0b\u{7f}c\u{8}d", "abcd"), ("a\r\nb\tc\u{b}\u{c}d", "abcd"), ("\r\n", ""), ("\r\n\u{301}x", "\u{301}x"),
        ("a\u{2028}b\u{2029}c\u{85}d", "abcd"), ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
        ("\u{2066}a\u{2069}\u{200e}\u{200f}\u{61c}b", "ab"), ("a\u{200b}\u{200d}\u{feff}\u{ad}b", "ab"),
        ("\u{e0001}\u{e0041}x", "x"), ("\u{e000}\u{f8ff}x", "x"), ("\"\u{301}", "\"\u{301}"),
        ("'\u{308}<\u{338}", "'\u{308}<\u{338}"), ("Grüße, Жуков 東京 🚀", "Grüße, Жуков 東京 🚀"), ("", ""),
    ]

    @Test(arguments: hostile)
    func `control and format characters are dropped, text stays`(text: String, expected: String) {
        #expect(Array(OutsideText.clean(text, limit: 1000).unicodeScalars) == Array(expected.unicodeScalars))
    }

    @Test func `no C0, C1 or DEL survives in any neighbourhood`() {
        for code in Array(UInt32(0)...0x1f) + Array(0x7f...0x9f) {
            guard let scalar = Unicode.Scalar(code) else { continue }
            for text in ["\(scalar)", "a\(scalar)b", "\(scalar)\u{301}", "\r\(scalar)", "\u{1f468}\u{200d}\(scalar)"] {
                #expect(!OutsideText.clean(text, limit: 1000).unicodeScalars.contains(scalar))
            }
        }
    }

    @Test func `cleaning twice changes nothing more`() {
        for (text, _) in Self.hostile {
            let once = OutsideText.clean(text, limit: 1000)
            #expect(OutsideText.clean(once, limit: 1000) == once)
        }
    }

    @Test(arguments: [
        ("abcdef", 3, "abc"), ("äöü", 5, "äö"), ("äöü", 4, "äö"), ("€€", 5, "€"), ("🚀🚀", 7, "🚀"), ("🚀", 3, ""),
        ("abc", 0, ""), ("e\u{301}e", 2, "e"), ("\u{1b}\u{1b}abc", 3, "abc"),
    ])
    func `the limit counts bytes and splits no scalar`(text: String, limit: Int, expected: String) {
        let clean = OutsideText.clean(text, limit: limit)
        #expect(Array(clean.unicodeScalars) == Array(expected.unicodeScalars))
        #expect(clean.utf8.count <= limit)
    }

    @Test func `a text of a megabyte ends at the limit`() {
        #expect(OutsideText.clean(String(repeating: "é", count: 1 << 19), limit: 99).utf8.count == 98)
    }

    @Test(arguments: [
        ("edge-1", "edge-1"), ("EDGE.Example.COM", "edge"), ("Raspberry Pi", "raspberry-pi"), ("a_b__c", "a-b-c"),
        ("-edge", "edge"), ("--", nil), ("...", nil), (".edge", nil), ("edge-", "edge"), ("", nil), ("!?\"'$()", nil),
        ("東京", nil), ("é1", "1"), ("a\u{301}b", "a-b"), ("x\n; rm -rf /", "x-rm-rf"),
        ("\u{1b}]52;c;AAAA\u{7}", "52-c-aaaa"),
        ("localhost\0evil", "localhost-evil"),
    ])
    func `a device name is made from any hostname`(hostname: String, expected: String?) {
        #expect(OutsideText.deviceName(fromHostname: hostname) == expected)
    }

    @Test(arguments: ["a", "-", "é", "a-", "Ω.", "\u{1b}["])
    func `4 KB of anything give a valid name or none`(unit: String) {
        let hostname = String(repeating: unit, count: 4096 / unit.utf8.count)
        let name = OutsideText.deviceName(fromHostname: hostname)
        #expect(name.map(DeviceName.isValid) ?? true)
        #expect((name ?? "").utf8.count <= 40)
    }

    @Test func `a name that is cut does not end in a hyphen`() {
        let name = OutsideText.deviceName(fromHostname: String(repeating: "a", count: 39) + "-b")
        #expect(name == String(repeating: "a", count: 39))
    }
}

/// What programs print.
@Suite struct OutsideLinesTests {
    @Test(arguments: [
        ("a\nb\tc\n", "a\nb\tc\n"), ("a\r\nb", "a\nb"), ("\u{1b}[31mred\u{1b}[0m\n", "[31mred[0m\n"),
        ("a\u{9b}2Jb", "a2Jb"),
        ("a\u{202e}b\u{2028}c\0d", "abcd"), ("", ""), ("\n\n", "\n\n"), ("Grüße 東京 🚀\n", "Grüße 東京 🚀\n"),
    ])
    func `lines stay lines and can do no harm`(text: String, expected: String) {
        #expect(OutsideText.lines(text.utf8, limit: 1000) == expected)
    }

    @Test(arguments: [
        ("abcdef", 3, "def"), ("äöü", 5, "öü"), ("äöü", 4, "öü"), ("a€", 3, "€"), ("🚀", 3, ""), ("ab", 0, ""),
    ])
    func `the end is kept, without half a character`(text: String, limit: Int, expected: String) {
        #expect(OutsideText.lines(text.utf8, limit: limit) == expected)
    }

    @Test func `bytes that are no text take no more room than is given`() {
        let text = OutsideText.lines([UInt8](repeating: 0xff, count: 1000), limit: 1000)
        #expect(text.utf8.count == 999 && text.unicodeScalars.allSatisfy { $0 == "\u{fffd}" })
    }
}
