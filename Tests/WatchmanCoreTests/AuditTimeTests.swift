import Foundation
import Testing
import WatchmanCore

@Suite struct AuditTimeTests {
    @Test func `a time keeps its milliseconds on the way`() throws {
        let time = AuditTime("2026-09-21 14:13:20.123")
        let json = try WireJSON.encode([time])
        #expect(String(decoding: json, as: UTF8.self) == #"["2026-09-21T14:13:20.123Z"]"#)
        #expect(try WireJSON.decode([AuditTime].self, from: json) == [time])
    }

    @Test(arguments: [
        "", "x", "2026-09-21", "2026-09-21 14:13:20", "2026-09-21 14:13:20.1234", "2026-09-2\u{661} 14:13:20.12",
    ])
    func `text of another form stays as it is`(text: String) throws {
        let json = try WireJSON.encode([AuditTime(text)])
        #expect(try WireJSON.decode([AuditTime].self, from: json) == [AuditTime(text)])
        #expect(try WireJSON.decode([String].self, from: json) == [text])
    }
}
