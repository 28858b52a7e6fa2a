import Foundation
import Testing
import WatchmanClient
import WatchmanCore

@Suite struct ServerURLTests {
    /// What people type, the host and port that it means.
    static let good: [(String, String, Int)] = [
        ("https://tower.example:8443", "tower.example", 8443), ("https://tower.example", "tower.example", 8443),
        ("https://tower.example/", "tower.example", 8443), ("https://tower.example:443/", "tower.example", 443),
        ("https://tower:1", "tower", 1), ("https://tower:65535", "tower", 65535),
        ("https://192.0.2.1:9443", "192.0.2.1", 9443), ("https://my_host-2.local", "my_host-2.local", 8443),
        ("https://[2001:db8::1]:8443", "2001:db8::1", 8443), ("https://[::1]", "::1", 8443),
        ("https://[::ffff:192.0.2.1]:99", "::ffff:192.0.2.1", 99), ("https://TOWER.Example", "TOWER.Example", 8443),
        ("https://" + String(repeating: "a", count: 253), String(repeating: "a", count: 253), 8443),
    ]

    static let bad = [
        "", "tower.example", "tower.example:8443", "http://tower.example:8443", "HTTPS://tower.example", "https:/tower",
        "https://", "https:///", "https://:8443", "https://tower:", "https://tower:0", "https://tower:65536",
        "https://tower:-1", "https://tower:+80", "https://tower:8443:8443", "https://tower:84 43", "https://tower:x",
        "https://tower:99999999999999999999", "https://tower:\u{661}", "https://-oProxyCommand=touch", "https://-tower",
        "https://tower/path", "https://tower//", "https://tower?x", "https://tower#x", "https://user@tower",
        "https://tower.example\n", "\nhttps://tower", " https://tower", "https://tower ", "https://to wer",
        "https://tower%00", "https://tower%h", "https://tower\0", "https://tower\r\n", "https://tower\u{301}",
        "https://\u{301}tower", "https://t\u{f6}wer", "https://\u{430}dmin", "https://tower;id", "https://$(id)",
        "https://tower'", "https://tower\"", "https://tower\\", "https://*", "https://.tower", "https://_tower",
        "https://[::1", "https://::1]", "https://[]", "https://[]:8443", "https://[::1]8443", "https://[::1]x:8443",
        "https://[tower]:8443", "https://[::1%eth0]", "https://2001:db8::1", "https://::1:8443", "https://[[::1]]",
        "https://" + String(repeating: "a", count: 254), "https://" + String(repeating: "a", count: 300) + ":8443",
        "https://" + String(repeating: "a:", count: 2048),
    ]

    @Test(arguments: good) func `an address is a host and a port`(text: String, host: String, port: Int) throws {
        let url = try ServerURL(text)
        #expect(url.host == host && url.port == port)
        #expect(try ServerURL(url.text) == url, "the text form means the same")
        #expect(try WireJSON.decode([ServerURL].self, from: WireJSON.encode([url])) == [url])
    }

    @Test(arguments: bad) func `anything else is refused`(text: String) {
        let error = #expect(throws: WatchmanError.self) { try ServerURL(text) }
        #expect(error?.code == .invalid)
        #expect(error?.message.hasSuffix("it must look like https://tower.example:8443") == true)
        #expect(error?.message.utf8.contains { $0 < 0x20 } == false)
        #expect((error?.message.utf8.count ?? 0) < 200)
    }

    @Test func `the text form is what HTTP wants`() throws {
        #expect(try ServerURL("https://tower/").text == "https://tower:8443")
        #expect(try ServerURL("https://[::1]:1").text == "https://[::1]:1")
    }

    @Test(arguments: ["\"\"", "7", "null", "\"tower\"", "\"https://-x\""])
    func `a saved address that is none is not read`(json: String) {
        #expect(throws: (any Error).self) { try WireJSON.decode([ServerURL].self, from: Data("[\(json)]".utf8)) }
    }
}
