import Testing

@testable import WatchmanServer

@Suite struct HTMLTextTests {
    @Test(arguments: [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("a\" onclick=b", "a&quot; onclick&#61;b"), ("'`&", "&#39;&#96;&amp;"), ("plain é 漢", "plain é 漢"),
        ("\"\u{301}<\u{200d}>\u{301}'\u{301}&\u{301}", "&quot;\u{301}&lt;\u{200d}&gt;\u{301}&#39;\u{301}&amp;\u{301}"),
        ("a\0b", "a\u{fffd}b"), ("", ""),
    ])
    func `what HTML gives a meaning to is written as a reference`(text: String, escaped: String) {
        #expect(Array(HTMLText.escape(text).utf8) == Array(escaped.utf8))
    }

    /// A view with a text in every place where templates put one.
    struct View: Sendable {
        let text: String
        let texts: [String]
        let inner: Inner
    }

    struct Inner: Sendable { let text: String }

    @Test func `templates escape by bytes, also in sections, partials and inherited blocks`() throws {
        let templates = try Templates([
            "page": Array("{{<frame}}{{$main}}{{text}}{{#inner}}{{text}}{{/inner}}{{>part}}{{/main}}{{/frame}}".utf8),
            "frame": Array("<title>{{text}}</title>{{$main}}{{/main}}".utf8),
            "part": Array("<a title=\"{{text}}\">{{#texts}}{{.}}{{/texts}}</a>".utf8),
        ])
        let evil = "\"\u{301}<b>"
        let view = View(text: evil, texts: [evil, evil], inner: Inner(text: evil))
        let text = try templates.text("page", view)
        let safe = "&quot;\u{301}&lt;b&gt;"
        let expected = "<title>\(safe)</title>\(safe)\(safe)<a title=\"\(safe)\">\(safe)\(safe)</a>"
        #expect(Array(text.utf8) == Array(expected.utf8))
    }
}
