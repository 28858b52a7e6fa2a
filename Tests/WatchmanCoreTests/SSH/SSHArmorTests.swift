import Testing

@testable import WatchmanCore

@Suite struct SSHArmorTests {
    @Test(arguments: [1, 47, 48, 49, 300])
    func `bytes survive a round trip`(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let text = SSHArmor.encode(bytes, label: "SSH SIGNATURE")
        #expect(try SSHArmor.decode(text, label: "SSH SIGNATURE") == bytes)
    }

    @Test func `line ends of another system and space around the text are taken`() throws {
        #expect(try SSHArmor.decode("\r\n -----BEGIN X-----\r\nAQID\r\n-----END X-----\r\n ", label: "X") == [1, 2, 3])
    }

    @Test(arguments: [
        "", " \n ", "AQID", "-----BEGIN X-----", "-----END X-----", "-----BEGIN X-----\nAQID\n",
        "-----BEGIN X-----END X-----", "-----BEGIN Y-----\nAQID\n-----END Y-----",
        "-----BEGIN X-----\nAQID\n-----END X-----\nmore", "-----BEGIN X-----\n-----END X-----",
        "-----BEGIN X-----\nAQI\n-----END X-----", "-----BEGIN X-----\nA ID\n-----END X-----",
        "-----BEGIN X-----\nAQI\u{301}D\n-----END X-----",
    ])
    func `a text that is not one armoured object is refused`(text: String) {
        #expect(throws: SSHFormatError.self) { try SSHArmor.decode(text, label: "X") }
    }
}
