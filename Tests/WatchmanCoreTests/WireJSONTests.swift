import Foundation
import Testing
import WatchmanCore

@Suite struct WireJSONTests {
    private struct Sample: Codable, Equatable {
        var zebra = 1
        var apple: String?
        var at = Date(timeIntervalSince1970: 1_790_000_000)
        var path = "/api/v1"
    }

    @Test func `keys are sorted, dates are ISO 8601, slashes are plain, absent values are left out`() throws {
        let text = String(decoding: try WireJSON.encode(Sample()), as: UTF8.self)
        #expect(text == #"{"at":"2026-09-21T14:13:20Z","path":"/api/v1","zebra":1}"#)
    }

    @Test func `the form for people has one key to a line`() throws {
        let text = String(decoding: try WireJSON.encode(Sample(), pretty: true), as: UTF8.self)
        #expect(
            text == """
                {
                  "at" : "2026-09-21T14:13:20Z",
                  "path" : "/api/v1",
                  "zebra" : 1
                }
                """)
    }

    @Test func `what was encoded decodes to the same value`() throws {
        let value = Sample(zebra: -7, apple: "\u{0}\u{1b}\"\u{301}\u{2028}", path: "\\")
        #expect(try WireJSON.decode(Sample.self, from: WireJSON.encode(value)) == value)
        #expect(try WireJSON.decode(Sample.self, from: Array(WireJSON.encode(value, pretty: true))) == value)
    }

    @Test(arguments: [
        "", "{", "[]", "null", #"{"zebra":1e99,"at":"2026-09-21T14:13:20Z","path":""}"#, "{\"zebra\":1}", "\u{feff}",
    ])
    func `what does not fit is a decoding error and never a trap`(text: String) {
        #expect(throws: DecodingError.self) { try WireJSON.decode(Sample.self, from: Data(text.utf8)) }
    }

    @Test func `deep nesting is an error and never a trap`() {
        let text = String(repeating: "[", count: 100_000)
        #expect(throws: (any Error).self) { try WireJSON.decode([String].self, from: Data(text.utf8)) }
    }
}
