import Foundation
import Testing
import WatchmanCore

@Suite struct SecretTests {
    private struct Holder: Codable {
        var user: String
        var password: Secret
        var others: [Secret?]
    }

    private static let holder = Holder(user: "root", password: Secret("hunter2"), others: [Secret("hunter3"), nil])

    @Test func `no way of printing shows the text`() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        let texts = [
            "\(secret)", secret.description, secret.debugDescription, String(reflecting: secret), "\([secret])",
            "\(Optional(secret) as Any)", dumped, "\(Mirror(reflecting: secret))",
        ]
        for text in texts { #expect(!text.contains("hunter")) }
        #expect(secret.description == "<redacted>" && secret.debugDescription == "<redacted>")
        #expect(Mirror(reflecting: secret).children.isEmpty)
    }

    @Test func `no way of printing a value that holds one shows the text`() {
        var text = "\(Self.holder) \(String(reflecting: Self.holder))"
        dump(Self.holder, to: &text)
        #expect(text.contains("root") && text.contains("<redacted>"))
        #expect(!text.contains("hunter"))
    }

    @Test(arguments: ["", "hunter2", "\"\\\n\u{301}", "pässwörd", "\u{1F512}"])
    func `JSON carries the text itself`(text: String) throws {
        let data = try WireJSON.encode([Secret(text)])
        #expect(try WireJSON.decode([String].self, from: data) == [text])
        #expect(try WireJSON.decode([Secret].self, from: data).map(\.revealed) == [text])
    }

    @Test func `a number is no secret`() {
        #expect(throws: DecodingError.self) { try WireJSON.decode(Secret.self, from: Data("7".utf8)) }
    }

    @Test func `two secrets are equal when their texts are`() {
        #expect(Secret("a") == Secret("a"))
        #expect(Secret("a") != Secret("b"))
    }
}
