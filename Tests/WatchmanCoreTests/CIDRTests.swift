import Foundation
import Testing
import WatchmanCore

@Suite struct CIDRTests {
    @Test(arguments: [
        ("192.0.2.0/24", "192.0.2.0/24"), ("192.0.2.7", "192.0.2.7/32"), ("0.0.0.0/0", "0.0.0.0/0"),
        ("10.0.0.0/8", "10.0.0.0/8"), ("192.0.2.128/25", "192.0.2.128/25"),
        ("255.255.255.255/32", "255.255.255.255/32"),
        ("::/0", "::/0"), ("::1", "::1/128"), ("2001:DB8::/32", "2001:db8::/32"),
        ("2001:db8:0:0:0:0:0:0/32", "2001:db8::/32"), ("2001:db8:0:1::/64", "2001:db8:0:1::/64"),
        ("1:0:0:2:0:0:0:3", "1:0:0:2::3/128"), ("1::2:0:0:0:3", "1:0:0:2::3/128"),
        ("64:ff9b::192.0.2.0/120", "64:ff9b::c000:200/120"),
        ("1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201/128"), ("fe80::/10", "fe80::/10"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8/128"),
        ("0:1:0:1:0:1:0:1", "0:1:0:1:0:1:0:1/128"),
    ])
    func `a range has one shortest form`(text: String, shortest: String) throws {
        let range = try CIDR(text)
        #expect(range.text == shortest)
        #expect(try CIDR(shortest) == range)
    }

    @Test(arguments: [
        "", "/", "/24", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/+8", "192.0.2.0/024", "192.0.2.0/24/8",
        "192.0.2/24", "192.0.2.0.0/24", "192.0.2.256/32", "192.0.2.01", "192.0.2.0x1", "192.0.2.", ".192.0.2",
        "192..2.0",
        " 192.0.2.0/24", "192.0.2.0/24 ", "192.0.2.0/24\n", "٣.0.2.0/24", "192.0.2.0/2４", "localhost",
        "192.0.2.0/24\u{0}",
        ":", ":::", "::1::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2:3:4:5:6:7:8", "12345::", "g::", "::/129",
        "[::1]",
        "fe80::1%eth0", "1.2.3.4::", "::1.2.3.4:5", "::1.2.3", "2001:db8::/3２", "::ffff:192.0.2.1", "::ffff:0:0/96",
        String(repeating: "1", count: 5000), "2001:db8::" + String(repeating: "/", count: 100),
    ])
    func `what is no range is refused`(text: String) {
        let error = #expect(throws: WatchmanError.self) { try CIDR(text) }
        #expect(error?.code == .invalid && (error?.message.utf8.count ?? 0) < 200)
        #expect(throws: DecodingError.self) { try WireJSON.decode([CIDR].self, from: try WireJSON.encode([text])) }
    }

    @Test func `a range that was meant otherwise is named`() {
        #expect(throws: WatchmanError(.invalid, "'192.0.2.7/24' goes beyond its prefix: the range is 192.0.2.0/24")) {
            try CIDR("192.0.2.7/24")
        }
        #expect(throws: WatchmanError(.invalid, "'2001:db8::1/64' goes beyond its prefix: the range is 2001:db8::/64"))
        {
            try CIDR("2001:db8::1/64")
        }
    }

    @Test(arguments: [
        ("192.0.2.0/24", "192.0.2.0", true), ("192.0.2.0/24", "192.0.2.255", true),
        ("192.0.2.0/24", "192.0.3.0", false),
        ("192.0.2.128/25", "192.0.2.127", false), ("192.0.2.128/25", "192.0.2.200", true),
        ("0.0.0.0/0", "203.0.113.9", true),
        ("0.0.0.0/0", "::1", false), ("::/0", "192.0.2.1", false), ("192.0.2.7", "192.0.2.7", true),
        ("192.0.2.7", "192.0.2.6", false), ("2001:db8::/33", "2001:db8:7fff::1", true),
        ("2001:db8::/33", "2001:db8:8000::1", false), ("::1", "::1", true), ("::1", "0:0:0:0:0:0:0:1", true),
        ("0.0.0.0/0", "local", false), ("::/0", "unknown", false), ("0.0.0.0/0", "", false),
        ("0.0.0.0/0", "192.0.2.1:80", false), ("192.0.2.0/24", "192.0.2.1, 10.0.0.1", false),
    ])
    func `an address is in a range or not`(range: String, address: String, isIn: Bool) throws {
        #expect(try CIDR(range).contains(address) == isIn)
    }

    @Test func `any bytes are read without a fault, and what is accepted keeps its form`() throws {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("0123456789abcf:./ ".utf8)
        var accepted = 0
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...20, using: &generator)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            }
            guard let range = try? CIDR(String(decoding: bytes, as: UTF8.self)) else { continue }
            accepted += 1
            #expect(try CIDR(range.text) == range)
        }
        #expect(accepted < 20_000)
    }
}
